import NIOCore
import NIOHTTP1

/// What kind of machine a program runs on, which decides how it gets the tokens of its managed identity.
public struct ManagedIdentityHost: Sendable, Hashable {
    enum Kind: Hashable {
        case instanceMetadata(endpoint: String)
        case appService(endpoint: String, secret: String)
        case arc(endpoint: String)
        case unsupported(name: String)
    }

    let kind: Kind

    /// A virtual machine, a scale set or a container instance, with its instance metadata service.
    public static let instanceMetadata = ManagedIdentityHost(kind: .instanceMetadata(endpoint: "http://169.254.169.254"))

    /// App Service, Functions or Container Apps.
    ///
    /// - Parameters:
    ///   - endpoint: The value of `IDENTITY_ENDPOINT`.
    ///   - secret: The value of `IDENTITY_HEADER`.
    public static func appService(endpoint: String, secret: String) -> ManagedIdentityHost {
        .init(kind: .appService(endpoint: endpoint, secret: secret))
    }

    /// A machine elsewhere that Azure Arc manages.
    ///
    /// - Parameter endpoint: The value of `IDENTITY_ENDPOINT`; the agent's usual one if it is not given.
    public static func arc(
        endpoint: String = "http://localhost:40342/metadata/identity/oauth2/token"
    ) -> ManagedIdentityHost {
        .init(kind: .arc(endpoint: endpoint))
    }

    /// The kind of machine that a process's environment speaks of.
    public init(environment: [String: String]) {
        switch (environment["IDENTITY_ENDPOINT"], environment["IDENTITY_HEADER"], environment["IMDS_ENDPOINT"]) {
        case (.some, .some, _) where environment["IDENTITY_SERVER_THUMBPRINT"] != nil:
            self.init(kind: .unsupported(name: "Service Fabric"))
        case (let endpoint?, let secret?, _): self = .appService(endpoint: endpoint, secret: secret)
        case (let endpoint?, nil, .some): self = .arc(endpoint: endpoint)
        default: self = .instanceMetadata
        }
    }

    init(kind: Kind) {
        self.kind = kind
    }

    /// The question for a token.
    ///
    /// - Throws: ``GraphError/Code/invalidDeclaration`` if this kind of machine cannot answer it.
    func request(for identity: ManagedIdentity, resource: String) throws(GraphError) -> GraphRequest {
        let (endpoint, version, headers): (String, String, HTTPHeaders)
        switch self.kind {
        case .instanceMetadata(let address):
            (endpoint, version) = ("\(address)/metadata/identity/oauth2/token", "2018-02-01")
            headers = ["Metadata": "true"]
        case .appService(let address, let secret):
            (endpoint, version, headers) = (address, "2019-08-01", ["X-IDENTITY-HEADER": secret])
        case .arc(let address):
            guard identity == .systemAssigned else {
                throw GraphError(.invalidDeclaration, "A machine under Azure Arc has its own identity only: name no other.")
            }
            (endpoint, version, headers) = (address, "2020-06-01", ["Metadata": "true"])
        case .unsupported(let name):
            throw GraphError(.invalidDeclaration, "Managed identities on \(name) are not supported: use a certificate instead.")
        }
        var fields = [("api-version", version), ("resource", resource)]
        switch identity.kind {
        case .systemAssigned: break
        case .clientID(let id): fields.append(("client_id", id))
        case .objectID(let id): fields.append(("object_id", id))
        case .resourceID(let id):
            // The two services do not agree on the name.
            if case .instanceMetadata = self.kind { fields.append(("msi_res_id", id)) } else { fields.append(("mi_res_id", id)) }
        }
        let query = fields.map { "\($0.0)=\($0.1.percentEncoded)" }.joined(separator: "&")
        return GraphRequest(method: .GET, url: "\(endpoint)?\(query)", headers: headers)
    }
}
