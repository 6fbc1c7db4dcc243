package import AsyncHTTPClient
import JSONBytes
import NIOCore
import NIOHTTP1

/// Fetches the keys that an issuer publishes.
package struct KeyDownload: Sendable {
    /// The largest answer that is read, in bytes.
    static let maximumSize = 512 * 1024

    let httpClient: HTTPClient
    /// For each request, whatever it answers.
    let timeout: Duration

    package init(httpClient: HTTPClient, timeout: Duration) {
        self.httpClient = httpClient
        self.timeout = timeout
    }

    /// The keys at an address.
    package func keys(at url: String) async throws(JWTAuthenticationError) -> [JWTKey] {
        guard let keys = JSONWebKey.keys(in: try await self.document(at: url)) else {
            throw Self.unavailable("The answer is no list of keys.")
        }
        return keys
    }

    /// The keys at the address that the issuer says (OpenID Connect Discovery).
    package func keys(of issuer: String) async throws(JWTAuthenticationError) -> [JWTKey] {
        let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        let document = try await self.document(at: base + "/.well-known/openid-configuration")
        guard let description = IssuerDescription(document), description.issuer == issuer else {
            throw Self.unavailable("The issuer describes itself as somebody else; check its address to the last slash.")
        }
        guard let url = description.jwksURL, ServiceAddress.isConfidential(url) else {
            throw Self.unavailable("The issuer does not say where its keys are, or not with https.")
        }
        return try await self.keys(at: url)
    }

    private func document(at url: String) async throws(JWTAuthenticationError) -> ByteBuffer {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "Accept", value: "application/json")
        do {
            let response = try await self.httpClient.execute(
                request, timeout: .nanoseconds(Int64(self.timeout / .nanoseconds(1)))
            )
            // A redirection may have led away from where nobody listens in.
            guard response.status == .ok, response.history.allSatisfy({ ServiceAddress.isConfidential($0.request.url) }) else {
                throw Self.unavailable("The issuer answered \(response.status.code).")
            }
            return try await response.body.collect(upTo: Self.maximumSize)
        } catch let error as JWTAuthenticationError {
            throw error
        } catch {
            throw Self.unavailable("There is no answer from the issuer; check its address and the network.")
        }
    }

    private static func unavailable(_ message: String) -> JWTAuthenticationError {
        JWTAuthenticationError(.keysUnavailable, message)
    }
}

/// What an issuer says of itself, as far as it is needed.
private struct IssuerDescription {
    private(set) var issuer: String?
    private(set) var jwksURL: String?

    /// - Returns: `nil` if it is not an object in JSON.
    init?(_ document: ByteBuffer) {
        var description = self
        do throws(JSONError) {
            try Array(document.readableBytesView).read { reader throws(JSONError) in
                try reader.readObject { reader, name throws(JSONError) in
                    switch name {
                    case "issuer": description.issuer = try reader.readStringOrNull()
                    case "jwks_uri": description.jwksURL = try reader.readStringOrNull()
                    default: try reader.skip()
                    }
                }
            }
        } catch {
            return nil
        }
        self = description
    }
}
