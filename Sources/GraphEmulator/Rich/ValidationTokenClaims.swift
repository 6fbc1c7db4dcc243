import Crypto
import JWTKit

/// What a validation token says: that notifications are from Microsoft Graph Change Tracking, for one application.
struct ValidationTokenClaims: JWTPayload, Equatable {
    /// The application that publishes notifications.
    static let publisher = "0bf30f3b-4a52-48df-9a82-234910c4a086"
    /// Another application that sends notifications, but not these.
    static let otherPublisher = "56c1da01-2129-48f7-9355-af6d59d42766"
    /// How long a token is good for, in seconds.
    static let lifetime: Int64 = 86_700

    var aud: String
    var iss: String
    var iat: Int64
    var nbf: Int64
    var exp: Int64?
    var aio: String
    // Version 1 has the first two, version 2 the others.
    var appid: String?
    var appidacr: String?
    var azp: String?
    var azpacr: String?
    var idp: String?
    var oid: String
    var rh: String
    var sub: String
    var tid: String
    var uti: String
    var ver: String

    /// - Parameter now: Milliseconds since 1970.
    init(for audience: TokenAudience, flaw: Fault.TokenFlaw? = nil, now: Int64) {
        let tenant = flaw == .wrongTenant ? Self.guid("another tenant") : audience.tenantID
        let start = now / 1000 + Self.delay(flaw)
        self.aud = flaw == .wrongAudience ? Self.guid("another application") : audience.name
        self.iat = start
        self.nbf = start
        self.exp = flaw == .withoutExpiry ? nil : start + Self.lifetime
        self.iss =
            switch flaw {
            case .issuerOfAnotherTenant: audience.version.issuer(tenantID: Self.guid("another tenant"))
            case .unknownIssuer: "https://sts.example.com/\(tenant)/"
            default: audience.version.issuer(tenantID: tenant)
            }
        self.ver = audience.version.claim
        let publisher = Self.publisher(flaw)
        if (audience.version == .v1) != (flaw == .publisherInOtherClaim) {
            self.appid = publisher
            self.appidacr = "2"
        } else {
            self.azp = publisher
            self.azpacr = "2"
        }
        if audience.version == .v1 { self.idp = self.iss }
        self.tid = tenant
        // The publisher's service principal in this tenant.
        self.oid = Self.guid("publisher in \(tenant)")
        self.sub = self.oid
        self.aio = Self.hex("aio \(audience) \(start)", 32)
        self.rh = "0." + Self.hex("rh \(audience.name)", 32) + "."
        self.uti = Self.hex("uti \(audience) \(start)", 22)
    }

    /// Nobody verifies here what was just made.
    func verify(using algorithm: some JWTAlgorithm) async throws {}

    /// By how much its time is wrong, in seconds.
    private static func delay(_ flaw: Fault.TokenFlaw?) -> Int64 {
        switch flaw {
        case .expired: -2 * Self.lifetime
        case .notYetValid: Self.lifetime
        default: 0
        }
    }

    private static func publisher(_ flaw: Fault.TokenFlaw?) -> String? {
        switch flaw {
        case .wrongPublisher: Self.otherPublisher
        case .withoutPublisher: nil
        default: Self.publisher
        }
    }

    /// The same GUID each time for the same text.
    private static func guid(_ text: String) -> String {
        let digits = Array(Self.hex(text, 32))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
    }

    private static func hex(_ text: String, _ count: Int) -> String {
        let digits = SHA256.hash(data: Array(text.utf8)).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return String(digits.joined().prefix(count))
    }
}
