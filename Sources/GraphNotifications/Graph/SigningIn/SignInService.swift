import NIOCore
import NIOHTTP1

/// The sign-in service (Entra ID), as one application sees it: a form goes in, a token comes out.
struct SignInService: Sendable {
    let tenantID: String
    let clientID: String
    let cloud: GraphCloud
    let transport: any GraphTransport
    let now: @Sendable () -> Int64

    /// Where tokens are asked for.
    var tokenURL: String { self.url("token") }

    private func url(_ name: String) -> String {
        "\(self.cloud.authority)/\(self.tenantID.percentEncoded)/oauth2/v2.0/\(name)"
    }

    /// A token for the application itself.
    ///
    /// - Parameters:
    ///   - proof: How it shows who it is.
    ///   - claims: What the token must prove, as JSON.
    func applicationToken(proof: [(String, String)], claims: String?) async throws(GraphError) -> AccessToken {
        var form = [("scope", self.cloud.defaultScope)] + proof + [("grant_type", "client_credentials")]
        if let claims { form.append(("claims", claims)) }
        let asked = self.now()
        let (response, answer) = try await self.post(form)
        guard response.status == 200 else { throw self.error(response, answer) }
        return try self.token(answer, asked: asked)
    }

    func token(_ answer: SignInAnswer, asked: Int64) throws(GraphError) -> AccessToken {
        guard let token = answer.token(asked: asked) else {
            throw GraphError(
                .serviceFailed, "The sign-in service at \(self.peer) answered without a token.", status: 200
            )
        }
        return token
    }

    /// Posts a form, to which the client id is added.
    ///
    /// - Throws: ``GraphError/Code/unreachable`` if there is no answer; whatever is answered is returned.
    func post(
        _ fields: [(String, String)], to endpoint: String = "token"
    ) async throws(GraphError) -> (GraphResponse, SignInAnswer) {
        guard let origin = WebOrigin(self.cloud.authority), origin.isConfidential else {
            throw GraphError(
                .credentialRefused, "Credentials are sent over https only: give the sign-in service as https://…"
            )
        }
        let form = [("client_id", self.clientID)] + fields
        let request = GraphRequest(
            method: .POST, url: self.url(endpoint),
            headers: ["Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"],
            body: ByteBuffer(string: form.map { "\($0.0)=\($0.1.percentEncoded)" }.joined(separator: "&"))
        )
        let response = try await self.transport.send(request)
        return (response, SignInAnswer(response.body))
    }

    private var peer: String { WebOrigin(self.cloud.authority).map(\.description) ?? "the URL" }

    /// What a refusal means, and what to do about it.
    func error(_ response: GraphResponse, _ answer: SignInAnswer) -> GraphError {
        let (code, message): (GraphError.Code, String) =
            switch response.status {
            case 429: (.throttled, "The sign-in service at \(self.peer) asks to wait.")
            case 500...: (.serviceFailed, "The sign-in service at \(self.peer) failed with \(response.status).")
            default: (.credentialRefused, self.refusal(response.status, answer))
            }
        return GraphError(
            code, message, status: response.status, graphCode: answer.error,
            retryAfter: GraphError.retryAfter(response.headers, now: self.now())
        )
    }

    private func refusal(_ status: Int, _ answer: SignInAnswer) -> String {
        switch answer.number {
        case 7_000_215: "The client secret is wrong: use the secret's value, not its id."
        case 7_000_222:
            "The client secret or certificate has expired: make a new one in the application's registration."
        case 700_027:
            "The certificate does not belong to the application \(self.clientID): upload it to the application's registration."
        case 700_024: "The signed assertion is not valid at this time: check the clock of this machine, or the token file's age."
        case 70_021, 700_211, 700_212, 700_213:
            "No federated credential of the application \(self.clientID) fits the token: compare issuer, subject and audience."
        case 700_016:
            "There is no application \(self.clientID) in tenant \(self.tenantID): check the client id and the tenant."
        case 7_000_112: "The application \(self.clientID) is disabled in tenant \(self.tenantID)."
        case 7_000_218: "The application \(self.clientID) must allow public client flows to sign people in by device code."
        case 53_003: "A Conditional Access policy of tenant \(self.tenantID) forbids this way to sign in."
        case 50_034: "Tenant \(self.tenantID) does not know this user: sign in with an account of that tenant."
        case 50_076, 50_079: "The tenant wants a second factor, which cannot be shown here: sign in by device code."
        case 65_001: "Nobody has consented to what the application \(self.clientID) asks for: grant the permissions first."
        case 90_002, 900_023: "There is no tenant \(self.tenantID): check the tenant id."
        case 70_011, 1_002_012:
            "The sign-in service does not know the scope \(self.cloud.defaultScope): check the cloud's Graph address."
        case nil where status == 404:
            "There is no sign-in service at \(self.peer): check its address and the tenant id."
        default:
            "The sign-in service at \(self.peer) refused the application \(self.clientID): "
                + "\(answer.reason ?? "it answered \(status)")."
        }
    }
}
