import Foundation
import Testing

import enum SignedTokens.Base64URL

@testable import GraphEmulator

@Suite struct SigningKeysTests {
    @Test func theOldKeyIsServedForAWhile() throws {
        let second = try SigningKey.random(now: morning)
        var keys = SigningKeys(testKey)
        #expect(keys.served(at: morning) == [testKey])
        keys.rotate(to: second, overlap: 1000, now: morning)
        #expect(keys.current == second)
        #expect(keys.served(at: morning + 999) == [second, testKey])
        #expect(keys.key(id: testKey.id, at: morning + 999) == testKey)
        #expect(keys.served(at: morning + 1000) == [second])
        #expect(keys.key(id: testKey.id, at: morning + 1000) == nil)
    }

    @Test func onlySoManyAreServed() throws {
        let second = try SigningKey.random(now: morning)
        var keys = SigningKeys(testKey)
        for _ in 0..<20 { keys.rotate(to: second, overlap: 1000, now: morning) }
        #expect(keys.served(at: morning).count == SigningKeys.maximumCount)
    }

    /// A token signed with a key that is no longer served opens nothing.
    @Test func rotationEndsOldTokens() throws {
        var graph = emptyGraph()
        let claims = TokenClaims(
            .v1, audience: "https://graph.microsoft.com", tenantID: caller.tenantID, issuedTo: caller.applicationID,
            proof: .secret, objectID: caller.principalID, now: morning, lifetime: 3_600_000
        )
        let text = try graph.keys.signer.sign(claims, version: .v1)
        graph.keys.rotate(to: try .random(now: morning), overlap: 60_000, now: morning)
        let checker = graph.tokenChecker
        #expect(try checker.caller(authorization: "Bearer \(text)", now: morning + 59_999) != nil)
        let refused = refusal { () throws(GraphRefusal) in
            _ = try checker.caller(authorization: "Bearer \(text)", now: morning + 60_000)
        }
        #expect(refused == .invalidToken("Access token validation failure. Invalid signature."))
    }

    @Test func base64() {
        for bytes in [[], [0], [0xFB, 0xFF], [1, 2, 3], [0xFF, 0xEF, 0xBE, 0x3E]] as [[UInt8]] {
            let text = Base64URL.encode(bytes)
            #expect(!text.contains { "+/=".contains($0) })
            #expect(Base64URL.decode(text.utf8) == bytes)
        }
        #expect(Base64URL.decode("+A".utf8) == nil)
        #expect(Base64URL.decode("AA==".utf8) == nil)
    }
}
