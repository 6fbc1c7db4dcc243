import HTTPTypes
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The sign-in service: tokens for an application that shows its secret.
extension EmulatedGraph {
    private static let defaultScope = "/.default"

    /// Who asks for data. Whoever shows no token, which only this machine can, is the company's application.
    func dataCaller(authorization: String?, now: Int64) throws(GraphRefusal) -> Caller {
        guard let authorization else {
            return Caller(applicationID: self.company.clientID, tenantID: self.company.tenantID)
        }
        return try self.tokens.caller(authorization: authorization, now: now)
    }

    mutating func token(
        _ request: EmulatorRequest, tenant: String, now: Int64
    ) throws(SignInRefusal) -> JSONObject {
        guard request.method == .post else { throw .notPost(request.method) }
        guard !["common", "organizations", "consumers"].contains(tenant) else { throw .tenantRequired }
        guard tenant == self.company.tenantID.lowercased() else { throw .unknownTenant(tenant) }
        let form = PercentCoding.fields(String(buffer: request.body))
        guard let grant = form["grant_type"] else { throw .missing("grant_type") }
        guard grant == "client_credentials" else { throw .unsupportedGrant(grant) }

        let basic = Self.basicCredentials(request.fields[.authorization])
        guard let application = form["client_id"] ?? basic?.id else { throw .missing("client_id") }
        guard application.lowercased() == self.company.clientID.lowercased() else {
            throw .unknownApplication(application, tenant: tenant)
        }
        guard let secret = form["client_secret"] ?? basic?.secret else { throw .secretRequired }
        guard secret == self.company.clientSecret else { throw .wrongSecret(application: application) }

        guard let scope = form["scope"], !scope.isEmpty else { throw .missing("scope") }
        guard scope.hasSuffix(Self.defaultScope), !scope.contains(" ") else { throw .invalidScope(scope) }
        let token = self.tokens.issue(
            to: Caller(applicationID: self.company.clientID, tenantID: self.company.tenantID),
            audience: String(scope.dropLast(Self.defaultScope.count)), now: now, random: &self.random
        )
        var object = JSONObject()
        object.set("token_type", "Bearer")
        object.set("expires_in", Int(self.tokens.lifetime / 1000))
        object.set("ext_expires_in", Int(self.tokens.lifetime / 1000))
        object.set("access_token", token)
        return object
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
