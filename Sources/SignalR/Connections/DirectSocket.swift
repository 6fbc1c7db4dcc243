import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The socket of a channel, written to without the channel's own queue. Where there is none, it takes nothing.
struct DirectSocket: ByteSink {
    private let descriptor: CInt

    /// No socket: everything is left to the channel.
    static let none = DirectSocket(descriptor: -1)

    private init(descriptor: CInt) {
        self.descriptor = descriptor
    }

    /// The socket of `channel`. On its event loop, and valid as long as the channel is active.
    init(of channel: any Channel) {
        #if canImport(Glibc) || canImport(Musl)
        // `withUnsafeTransportIfAvailable` does the same by a cast that the runtime does not remember: it looks for the
        // conformance each time, which takes longer than a small `send`.
        let core = channel._channelCore as? any NIOTransportAccessibleChannelCore
        self.descriptor = core.flatMap { Self.descriptor(of: $0) } ?? -1
        #else
        // There is no flag against SIGPIPE elsewhere.
        self.descriptor = -1
        #endif
    }

    private static func descriptor(of core: some NIOTransportAccessibleChannelCore) -> CInt? {
        try? core.withUnsafeTransport { $0 as? NIOBSDSocket.Handle }
    }

    func send(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard self.descriptor >= 0, bytes.count > 0 else { return 0 }
        #if canImport(Glibc) || canImport(Musl)
        while true {
            let sent = sendNow(self.descriptor, bytes)
            if sent >= 0 { return sent }
            switch errno {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK, ENOBUFS: return 0
            default: return nil
            }
        }
        #else
        return 0
        #endif
    }
}

#if canImport(Glibc)
private func sendNow(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
    Glibc.send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL))
}
#elseif canImport(Musl)
private func sendNow(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
    Musl.send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL))
}
#endif
