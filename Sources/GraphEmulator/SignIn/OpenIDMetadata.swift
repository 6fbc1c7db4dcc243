/// What clients read about the sign-in service before they use it.
///
/// Issuers are those of the real service, as in its tokens; everything that is called is under the emulator's address.
struct OpenIDMetadata: Sendable {
    /// The tenant as it stands in the path: an id, or `common` and the like.
    let tenant: String
    let version: TokenVersion
    /// Where the service is for this caller.
    let base: String

    private var isShared: Bool { EmulatedGraph.shared.contains(self.tenant) }

    var json: JSONObject {
        let root = "\(self.base)/\(self.tenant)"
        let oauth = self.version == .v1 ? "\(root)/oauth2" : "\(root)/oauth2/v2.0"
        var object = JSONObject()
        object.set("token_endpoint", "\(oauth)/token")
        object.set(
            "token_endpoint_auth_methods_supported", ["client_secret_post", "private_key_jwt", "client_secret_basic"]
        )
        object.set("jwks_uri", self.version == .v1 ? "\(root)/discovery/keys" : "\(root)/discovery/v2.0/keys")
        object.set("response_modes_supported", ["query", "fragment", "form_post"])
        object.set("subject_types_supported", ["pairwise"])
        object.set("id_token_signing_alg_values_supported", ["RS256"])
        object.set("response_types_supported", ["code", "id_token", "code id_token", "id_token token"])
        object.set("scopes_supported", ["openid", "profile", "email", "offline_access"])
        object.set("issuer", self.version.issuer(tenantID: self.isShared ? "{tenantid}" : self.tenant))
        object.set("authorization_endpoint", "\(oauth)/authorize")
        object.set("device_authorization_endpoint", "\(root)/oauth2/v2.0/devicecode")
        object.set("http_logout_supported", true)
        object.set("frontchannel_logout_supported", true)
        object.set("end_session_endpoint", "\(oauth)/logout")
        object.set(
            "claims_supported",
            ["sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "oid"]
        )
        object.set("tenant_region_scope", nil)
        object.set("cloud_instance_name", "microsoftonline.com")
        object.set("cloud_graph_host_name", "graph.windows.net")
        object.set("msgraph_host", "graph.microsoft.com")
        return object
    }

    /// The set of keys that tokens may be signed with.
    func keys(_ keys: [SigningKey]) -> JSONObject {
        let issuer = self.version == .v1 ? nil : self.version.issuer(tenantID: self.isShared ? "{tenantid}" : self.tenant)
        var object = JSONObject()
        object.set("keys", keys.map { $0.json(issuer: issuer) })
        return object
    }

    /// Which hosts mean this service: only the one that was asked.
    static func instances(base: String) -> JSONObject {
        let host = base.split(separator: "/").last.map(String.init) ?? ""
        var metadata = JSONObject()
        metadata.set("preferred_network", host)
        metadata.set("preferred_cache", host)
        metadata.set("aliases", [host])
        var object = JSONObject()
        object.set("tenant_discovery_endpoint", "\(base)/common/v2.0/.well-known/openid-configuration")
        object.set("api-version", "1.1")
        object.set("metadata", [metadata])
        return object
    }
}
