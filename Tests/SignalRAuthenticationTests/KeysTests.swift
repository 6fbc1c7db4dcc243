import JWTKit
import NIOCore
import Testing

@testable import SignalRAuthentication
@testable import SignedTokens

struct KeysTests {
    @Test func whatIsOfUseIsTakenFromAList() async throws {
        let rsa = try await TestKey.rsa("r")
        let pinned = try await TestKey.rsa("p", published: "PS256")
        let curve = try await TestKey.p256(nil)
        let others = [
            #"{"kty":"oct","kid":"o","k":"c2VjcmV0"}"#, #"{"kty":"EC","crv":"secp256k1","kid":"s","x":"AA","y":"AA"}"#,
            #"{"kty":"RSA","kid":"short","n":"AQAB","e":"AQAB"}"#, #"{"kty":"RSA"}"#, "{}", "1", #"{"kty":["RSA"]}"#,
            rsa.jwk.replacing(#""use":"sig""#, with: #""use":"enc""#),
            rsa.jwk.replacing(#""use":"sig""#, with: #""key_ops":["encrypt"]"#),
            rsa.jwk.replacing(#""use":"sig""#, with: #""alg":"HS256""#),
            curve.jwk.replacing(#""use":"sig""#, with: #""alg":"RS256""#),
        ]
        let list = #"{"more":1,"keys":[\#(([rsa.jwk, pinned.jwk, curve.jwk] + others).joined(separator: ","))]}"#
        let keys = try #require(JSONWebKey.keys(in: ByteBuffer(string: list)))
        #expect(keys.map(\.id) == ["r", "p", nil])
        #expect(keys[0].algorithms == [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512])
        #expect(keys[1].algorithms == [.ps256])
        #expect(keys[2].algorithms == [.es256])
    }

    @Test(arguments: ["", "[]", "{}", #"{"keys":{}}"#, #"{"keys":[]"#, #"{"keys":[]}}"#])
    func whatIsNoListIsRefused(text: String) {
        #expect(JSONWebKey.keys(in: ByteBuffer(string: text)) == nil)
    }

    @Test func aListIsNotReadWithoutEnd() async throws {
        let key = try await TestKey.p256("k")
        let list = #"{"keys":[\#(Array(repeating: key.jwk, count: 200).joined(separator: ","))]}"#
        #expect(JSONWebKey.keys(in: ByteBuffer(string: list))?.count == JSONWebKey.maximumCount)
    }

    @Test func aKeyIsForItsOwnAlgorithmsOnly() async throws {
        let keys = await KeySet([
            try JWTKey(jwk: try await TestKey.rsa("r").jwk), try JWTKey(jwk: try await TestKey.p256("e").jwk),
            JWTKey(id: nil, material: .secret(HMACKey(from: String(repeating: "s", count: 32)))),
        ])
        #expect(keys.verifiers(id: "r", algorithm: .rs256).map(\.name) == ["RS256"])
        #expect(keys.verifiers(id: "r", algorithm: .ps512).map(\.name) == ["PS512"])
        #expect(keys.verifiers(id: "r", algorithm: .hs256).isEmpty)
        #expect(keys.verifiers(id: "e", algorithm: .es256).map(\.name) == ["ES256"])
        #expect(keys.verifiers(id: "e", algorithm: .es384).isEmpty)
        // A name that no key has leaves those without one, and no name leaves all.
        #expect(keys.verifiers(id: "x", algorithm: .hs256).map(\.name) == ["HS256"])
        #expect(keys.verifiers(id: "x", algorithm: .rs256).isEmpty)
        #expect(keys.verifiers(id: nil, algorithm: .rs256).map(\.name) == ["RS256"])
        #expect(keys.knows(id: "r") && !keys.knows(id: "x") && keys.knows(id: nil))
    }

    @Test func keysAreReadFromPEM() throws {
        let key = ES256PrivateKey()
        #expect(try JWTKey(pem: key.publicKey.pemRepresentation, id: "k").algorithms == [.es256])
        let error = #expect(throws: JWTAuthenticationError.self) { try JWTKey(pem: key.pemRepresentation) }
        #expect(error?.code == .invalidConfiguration)
        #expect(throws: JWTAuthenticationError.self) { try JWTKey(pem: "") }
        #expect(throws: JWTAuthenticationError.self) { try JWTKey(jwk: #"{"kty":"oct","k":"c2VjcmV0"}"#) }
    }

    @Test(arguments: [
        ("https://a.example/keys", true), ("HTTPS://a.example", true), ("http://127.0.0.1:8080/x", true),
        ("http://localhost", true), ("http://[::1]:1/", true), ("http://a.example", false), ("https://", false),
        ("http://127.0.0.1@a.example/", false), ("http://127.0.0.1.a.example/", false), ("ftp://localhost", false),
        ("http://localhost\\@a.example/", false), ("", false),
    ])
    func secretsTravelSafely(url: String, isConfidential: Bool) {
        #expect(ServiceAddress.isConfidential(url) == isConfidential)
    }
}
