import HTTPTypes
import NIOCore

/// Where programs on the platform ask for the token of their managed identity.
struct IdentityEndpoint: Sendable {
    let state: EmulatorState
    /// Whether it is the endpoint of virtual machines; else it is App Service's.
    let isMachine: Bool

    func answer(_ request: EmulatorRequest) throws(GraphRefusal) -> GraphAnswer {
        guard request.method == .get else { throw .methodNotAllowed }
        let query = request.query
        let header = request.fields[.identityHeader]
        guard self.isMachine ? request.fields[.metadata]?.lowercased() == "true" : header != nil else {
            return Self.refusal("invalid_request", "Required metadata header not specified")
        }
        guard let resource = query["resource"], !resource.isEmpty else {
            return Self.refusal("invalid_request", "The query parameter 'resource' is missing")
        }
        guard query["api-version"] != nil else {
            return Self.refusal("invalid_request", "The query parameter 'api-version' is missing")
        }
        let grant = self.state.read { graph, now in
            graph.identityToken(resource: resource, now: now) { application, identity in
                guard self.isMachine || identity.header == header else { return false }
                return Self.asksFor(query, application, identity)
            }
        }
        guard let grant else { return Self.refusal("invalid_request", "Identity not found") }
        do {
            return .signIn(try grant.identityAnswer(resource: resource, hasLifetime: self.isMachine), .ok)
        } catch {
            throw .notSigned
        }
    }

    /// Whether what the caller says fits: nothing, or one of the three ways to name an identity.
    private static func asksFor(
        _ query: [String: String], _ application: EmulatedApplication, _ identity: EmulatedApplication.ManagedIdentity
    ) -> Bool {
        func fits(_ names: [String], _ value: String?) -> Bool {
            names.allSatisfy { name in query[name].map { $0.lowercased() == value?.lowercased() } ?? true }
        }
        return fits(["client_id", "clientid"], application.id)
            && fits(["object_id", "principal_id"], application.servicePrincipalID)
            && fits(["msi_res_id", "mi_res_id"], identity.resourceID)
    }

    private static func refusal(_ error: String, _ description: String) -> GraphAnswer {
        var object = JSONObject()
        object.set("error", error)
        object.set("error_description", description)
        return .signIn(object, .badRequest)
    }
}

extension HTTPField.Name {
    fileprivate static let metadata = HTTPField.Name("Metadata")!
    fileprivate static let identityHeader = HTTPField.Name("X-IDENTITY-HEADER")!
}
