import JSONBytes
import Testing

@testable import SignalRAuthentication
@testable import SignedTokens

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

struct TokenPartsTests {
    @Test(arguments: [
        ("", ""), ("Zg", "f"), ("Zm8", "fo"), ("Zm9v", "foo"), ("Zm9vYg", "foob"), ("Zm9vYmE", "fooba"), ("Zm9vYmFy", "foobar"),
    ])
    func base64URLIsRead(text: String, wanted: String) {
        #expect(Base64URL.decode(text.utf8) == Array(wanted.utf8))
    }

    @Test func base64URLMatchesAnotherImplementation() {
        for count in 0..<200 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ count) }
            #expect(Base64URL.decode(Data(bytes).base64URL.utf8) == bytes)
        }
    }

    @Test(arguments: ["Z", "Zm9vY", "Zg==", "Zm9+", "Zm9/", "Zm 9v", "Zh", "Zm9", "Zé"])
    func whatIsNotBase64URLIsRefused(text: String) {
        #expect(Base64URL.decode(text.utf8) == nil)
    }

    private func token(_ header: String, _ parts: String...) -> String {
        ([Data(header.utf8).base64URL] + parts).joined(separator: ".")
    }

    @Test func aTokenIsTakenApart() throws {
        let text = self.token(#"{"typ":"JWT","kid":"k1","alg":"RS256","x":[1]}"#, "e30", "Zg")
        let token = try SignedToken(text)
        #expect(token.algorithm == .rs256)
        #expect(token.keyID == "k1")
        #expect(token.payload == Array("{}".utf8))
        #expect(token.signature == Array("f".utf8))
        #expect(String(decoding: token.signed, as: UTF8.self) == text.dropLast(3))
    }

    @Test func whatIsNotATokenIsRefused() {
        let wrong = [
            "", ".", "..", "a.b", "e30.e30.Zg", "e30.e30.e30.e30.e30",
            self.token(#"{"alg":"RS256"}"#, "e30"), self.token(#"{"alg":"RS256"}"#, "e30", "Zg=="),
            self.token(#"{"alg":"RS256"}"#, "e 30", "Zg"), self.token(#"{"alg":"RS256"}x"#, "e30", "Zg"),
            self.token(#"{"alg":"RS256","alg":"HS256"}"#, "e30", "Zg"), self.token(#"{"alg":256}"#, "e30", "Zg"),
            self.token(#"{"alg":"RS256","kid":"a","kid":"b"}"#, "e30", "Zg"), self.token(#"{"kid":"a"}"#, "e30", "Zg"),
            self.token(#"{"alg":"RS256","crit":["b64"],"b64":false}"#, "e30", "Zg"),
            self.token(#"{"alg":"RS256"}"#, "e30", String(repeating: "Zm9v", count: 5000)),
        ]
        for text in wrong {
            let error = #expect(throws: JWTAuthenticationError.self) { try SignedToken(text) }
            #expect(error?.code == .malformedToken, "\(text.prefix(60))")
        }
    }

    @Test(arguments: ["none", "None", "", "HS512", "RSA1_5", "rs256"])
    func otherWaysOfSigningAreRefused(algorithm: String) {
        let error = #expect(throws: JWTAuthenticationError.self) {
            try SignedToken(self.token(#"{"alg":"\#(algorithm)"}"#, "e30", "Zg"))
        }
        #expect(error?.code == .unacceptableAlgorithm)
    }

    @Test func claimsAreFlattened() throws {
        let json = #"""
            {"sub":"ann","n":12,"ok":true,"roles":["a","b c",3],"none":null,"empty":[],
             "realm":{"access":{"roles":["x"]},"id":1.5},"list":[{"a":1},["b"],"c"],"é":"\u00e9"}
            """#
        let claims = try TokenClaims(Array(json.utf8))
        #expect(
            claims.joined == [
                "sub": "ann", "n": "12", "ok": "true", "roles": "a b c 3", "empty": "", "realm.access.roles": "x",
                "realm.id": "1.5", "list": "c", "é": "é",
            ]
        )
        #expect(claims.values["roles"] == ["a", "b c", "3"])
        #expect(claims["sub"] == "ann")
        #expect(claims["none"] == nil)
    }

    @Test(arguments: ["", "[]", "{", #"{"a":1,"a":2}"#, #"{"o":{"a":1,"a":2}}"#, "{} {}", #"{"a":"\#u{1}"}"#])
    func whatAreNotClaimsIsRefused(json: String) {
        #expect(throws: JSONError.self) { try TokenClaims(Array(json.utf8)) }
    }

    @Test(
        arguments: [
            ("0", 0), ("1000.5", 1_000_500), ("-1", -1000), (#""12""#, 12_000), ("1e3", 1_000_000), ("1e300", nil),
            (#""soon""#, nil), ("[1,2]", nil), ("true", nil), ("null", nil), ("99999999999999999999", nil),
        ] as [(String, Int64?)])
    func timesAreRead(json: String, milliseconds: Int64?) throws {
        #expect(try TokenClaims(Array(#"{"exp":\#(json)}"#.utf8)).time("exp") == milliseconds)
    }
}
