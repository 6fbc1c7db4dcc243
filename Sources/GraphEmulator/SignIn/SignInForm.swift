import HTTPTypes
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The form that is posted to the sign-in service.
struct SignInForm: Sendable {
    private let fields: [String: String]
    /// What stands in an `Authorization: Basic` field.
    private let basic: (id: String, secret: String)?
    /// Where the service is for this caller.
    let base: String

    init(_ request: EmulatorRequest) throws(SignInRefusal) {
        guard request.method == .post else { throw .notPost(request.method) }
        self.fields = PercentCoding.fields(String(buffer: request.body))
        self.basic = Self.basicCredentials(request.fields[.authorization])
        self.base = request.base
    }

    subscript(_ name: String) -> String? { self.fields[name].flatMap { $0.isEmpty ? nil : $0 } }

    func required(_ name: String) throws(SignInRefusal) -> String {
        guard let value = self[name] else { throw .missing(name) }
        return value
    }

    var secret: String? { self["client_secret"] ?? self.basic?.secret }

    func clientID() throws(SignInRefusal) -> String {
        guard let id = self["client_id"] ?? self.basic?.id else { throw .missing("client_id") }
        return id
    }

    /// Reads `Basic` credentials, whose two parts are encoded as in a form (RFC 6749 section 2.3.1).
    private static func basicCredentials(_ authorization: String?) -> (id: String, secret: String)? {
        guard let authorization, authorization.lowercased().hasPrefix("basic "),
            let data = Data(base64Encoded: String(authorization.dropFirst(6))),
            let text = String(validating: data, as: UTF8.self)
        else { return nil }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let id = PercentCoding.decode(parts[0], plusIsSpace: true),
            let secret = PercentCoding.decode(parts[1], plusIsSpace: true)
        else { return nil }
        return (id, secret)
    }
}
