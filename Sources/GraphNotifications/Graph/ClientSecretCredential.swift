public import AsyncHTTPClient
import JSONBytes
import NIOCore
import NIOHTTP1

/// An application's own credential: a tenant, a client id and a client secret (OAuth 2.0 client credentials).
///
/// The token is kept and replaced five minutes before it expires. However many ask, at most one request is under way.
public final class ClientSecretCredential: GraphCredential {
    private let tenantID: String
    private let clientID: String
    private let clientSecret: String
    private let authority: String
    private let scope: String
    private let transport: any GraphTransport
    private let now: @Sendable () -> Int64
    private let cache: TokenCache

    /// - Parameters:
    ///   - tenantID: The tenant's id or one of its domains.
    ///   - clientID: The application's id.
    ///   - clientSecret: The value of its secret, not the secret's id.
    ///   - authority: The sign-in service. It must be `https`, except on this machine.
    ///   - scope: What the token is for: Graph's own address and `/.default`.
    ///   - httpClient: What asks.
    ///   - now: The time in milliseconds since 1970; the wall clock if it is not given.
    public convenience init(
        tenantID: String, clientID: String, clientSecret: String,
        authority: String = "https://login.microsoftonline.com", scope: String = "https://graph.microsoft.com/.default",
        httpClient: HTTPClient, now: (@Sendable () -> Int64)? = nil
    ) {
        self.init(
            tenantID: tenantID, clientID: clientID, clientSecret: clientSecret, authority: authority, scope: scope,
            transport: HTTPClientTransport(httpClient: httpClient), now: now ?? WallClock.now
        )
    }

    init(
        tenantID: String, clientID: String, clientSecret: String, authority: String, scope: String,
        transport: any GraphTransport, now: @escaping @Sendable () -> Int64
    ) {
        self.tenantID = tenantID
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.authority = authority.hasSuffix("/") ? String(authority.dropLast()) : authority
        self.scope = scope
        self.transport = transport
        self.now = now
        self.cache = TokenCache(now: now)
    }

    public func token(forceRefresh: Bool) async throws(GraphError) -> AccessToken {
        try await self.cache.token(forceRefresh: forceRefresh) { () async throws(GraphError) in
            try await self.requestToken()
        }
    }

    private func requestToken() async throws(GraphError) -> AccessToken {
        guard let origin = WebOrigin(self.authority), origin.isConfidential else {
            throw GraphError(
                .credentialRefused, "A client secret is sent over https only: give the sign-in service as https://…"
            )
        }
        let form = [
            ("client_id", self.clientID), ("scope", self.scope), ("client_secret", self.clientSecret),
            ("grant_type", "client_credentials"),
        ]
        let request = GraphRequest(
            method: .POST, url: "\(self.authority)/\(self.tenantID.percentEncoded)/oauth2/v2.0/token",
            headers: ["Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"],
            body: ByteBuffer(string: form.map { "\($0.0)=\($0.1.percentEncoded)" }.joined(separator: "&"))
        )
        let asked = self.now()
        let response = try await self.transport.send(request)
        let answer = TokenAnswer(response.body)
        guard response.status == 200 else { throw self.error(response, answer) }
        guard let token = answer.accessToken, !token.isEmpty, let lifetime = answer.expiresIn, lifetime > 0 else {
            throw GraphError(
                .serviceFailed, "The sign-in service at \(origin) answered without a token.", status: response.status
            )
        }
        let expiresAt = asked + min(lifetime, 31_536_000) * 1_000
        // A token that lives shortly is used for half of its life at least.
        let early = min(300_000, (expiresAt - asked) / 2)
        let advised = answer.refreshIn.map { asked + min(max($0, 0), 31_536_000) * 1_000 } ?? .max
        return AccessToken(token, expiresAt: expiresAt, refreshesAt: min(expiresAt - early, advised))
    }

    private func error(_ response: GraphResponse, _ answer: TokenAnswer) -> GraphError {
        let peer = WebOrigin(self.authority).map(\.description) ?? "the sign-in service"
        let (code, message): (GraphError.Code, String) =
            switch (response.status, answer.number) {
            case (429, _): (.throttled, "The sign-in service at \(peer) asks to wait.")
            case (500..., _): (.serviceFailed, "The sign-in service at \(peer) failed with \(response.status).")
            case (_, 7_000_215):
                (.credentialRefused, "The client secret is wrong: use the secret's value, not its id.")
            case (_, 7_000_222):
                (.credentialRefused, "The client secret has expired: make a new one in the application's registration.")
            case (_, 700_016):
                (
                    .credentialRefused,
                    "There is no application \(self.clientID) in tenant \(self.tenantID): check the client id and the tenant."
                )
            case (_, 90_002), (_, 900_023):
                (.credentialRefused, "There is no tenant \(self.tenantID): check the tenant id.")
            case (_, 70_011), (_, 1_002_012):
                (.credentialRefused, "The sign-in service does not know the scope \(self.scope): it ends with /.default.")
            case (404, nil):
                (.credentialRefused, "There is no sign-in service at \(peer): check its address and the tenant id.")
            default:
                (
                    .credentialRefused,
                    "The sign-in service at \(peer) refused the application \(self.clientID): "
                        + "\(answer.reason ?? "it answered \(response.status)")."
                )
            }
        return GraphError(
            code, message, status: response.status, graphCode: answer.error,
            retryAfter: GraphError.retryAfter(response.headers, now: self.now())
        )
    }
}

/// What the token endpoint answers, good or bad.
private struct TokenAnswer {
    private(set) var accessToken: String?
    /// In seconds.
    private(set) var expiresIn: Int64?
    /// In seconds.
    private(set) var refreshIn: Int64?
    private(set) var error: String?
    /// The number behind `AADSTS`.
    private(set) var number: Int64?

    init(_ body: ByteBuffer) {
        var answer = self
        body.withUnsafeReadableBytes { bytes in
            var reader = JSONReader(bytes)
            try? answer.read(from: &reader)
        }
        self = answer
    }

    private mutating func read(from reader: inout JSONReader) throws(JSONError) {
        var description = ""
        try reader.readObject { reader, name throws(JSONError) in
            switch name {
            case "access_token": self.accessToken = try reader.readStringIfPresent()
            case "expires_in": self.expiresIn = try reader.readIntegerIfPresent()
            case "refresh_in": self.refreshIn = try reader.readIntegerIfPresent()
            case "error": self.error = try reader.readStringIfPresent().map { String($0.prefix(100)) }
            case "error_description": description = try reader.readStringIfPresent() ?? ""
            case "error_codes" where try reader.peek() == .array:
                try reader.readArray { reader throws(JSONError) in
                    let number = try reader.readIntegerIfPresent()
                    if self.number == nil { self.number = number }
                }
            default: try reader.skip()
            }
        }
        if self.number == nil, description.hasPrefix("AADSTS") {
            self.number = Int64(description.dropFirst(6).prefix { $0.isASCII && $0.isNumber })
        }
    }

    /// For people: `invalid_client (AADSTS7000215)`.
    var reason: String? {
        guard let error = self.error else { return nil }
        return self.number.map { "\(error) (AADSTS\($0))" } ?? error
    }
}

extension JSONReader {
    /// Reads an integer, or one within a string; passes over everything else, as if it were missing.
    fileprivate mutating func readIntegerIfPresent() throws(JSONError) -> Int64? {
        switch try self.peek() {
        case .string: return Int64(try self.readString())
        case .number:
            if let value = try? self.readInt64() { return value }
            try self.skip()
            return nil
        default:
            try self.skip()
            return nil
        }
    }
}
