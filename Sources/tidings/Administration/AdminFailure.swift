import GraphNotifications
import HTTPTypes

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Why an order of the administrator was not carried out, as it is answered: Graph's form, with one sentence.
struct AdminFailure: Error, Equatable {
    /// The body of the answer.
    struct Body: Codable, Equatable {
        struct Problem: Codable, Equatable {
            var code: String
            var message: String
        }

        var error: Problem
    }

    var status: HTTPResponse.Status
    var code: String
    var message: String

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    /// - Parameter isTriedAgain: Whether the program goes on trying.
    init(_ error: GraphError, isTriedAgain: Bool) {
        let (status, code): (HTTPResponse.Status, String) =
            switch error.code {
            case .invalidDeclaration: (.badRequest, "invalidRequest")
            case .throttled, .suspended: (.serviceUnavailable, "throttled")
            case .storageFailed: (.serviceUnavailable, "storageFailed")
            // Graph, or the sign-in service, behind this server.
            default: (.badGateway, error.graphCode ?? "graphFailed")
            }
        let again = isTriedAgain && error.isRetryable ? " It is tried again." : ""
        self.init(status, code, error.description + again)
    }

    static func unknown(_ name: String) -> AdminFailure {
        AdminFailure(.notFound, "notFound", "There is no subscription \(name.withoutControlCharacters).")
    }

    var body: Body { Body(error: .init(code: self.code, message: self.message)) }
}
