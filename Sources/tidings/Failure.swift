import GraphEmulator
import GraphNotifications
import GraphRelay
import NIOCore
import SQLiteStorage
import SignalRAuthentication

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Why the program cannot do what it was asked to: one sentence for whoever started it. It ends with status 1.
struct Failure: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ sentence: String) {
        self.description = sentence
    }

    /// What any error means to a person.
    init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as StorageError: self.init(error.description)
        case let error as GraphError: self.init(error.description)
        case let error as RelayError: self.init(error.description)
        case let error as GraphEmulatorError: self.init(error.description)
        case let error as JWTAuthenticationError: self.init(error.description)
        case let error as IOError: self.init("The system refused it: \(String(cString: strerror(error.errnoCode))).")
        default: self.init("Something unexpected failed (\(type(of: error))); start again with --log-level debug to see more.")
        }
    }

    /// Why a port could not be opened, if that is what the error says.
    ///
    /// - Parameters:
    ///   - host: The address it was to be opened at.
    ///   - option: What the user writes to choose another port.
    ///   - hostOption: The same for another address.
    init?(listeningAt host: String, port: Int, option: String, hostOption: String = "http.host", _ error: any Error) {
        switch error {
        case let error as IOError where error.errnoCode == EADDRINUSE:
            self.init("Port \(port) is in use by another program; stop it or choose another with \(option).")
        case let error as IOError where error.errnoCode == EACCES || error.errnoCode == EPERM:
            self.init("Port \(port) may not be opened by this user; choose one above 1023 with \(option).")
        case let error as IOError where error.errnoCode == EADDRNOTAVAIL:
            self.init("The address \(host) is not one of this machine's; set \(hostOption) to one that is.")
        case let error as IOError:
            self.init("Port \(port) at \(host) cannot be opened: \(String(cString: strerror(error.errnoCode))).")
        case is SocketAddressError.UnknownHost, is SocketAddressError:
            self.init("The address \(host) is not known; set \(hostOption) to one of this machine's.")
        default:
            return nil
        }
    }
}
