import JSONBytes
import NIOCore

/// What a token endpoint answers, good or bad: Entra ID's, or that of a managed identity.
struct SignInAnswer: Sendable {
    private static let longestLifetime: Int64 = 31_536_000

    private(set) var accessToken: String?
    private(set) var refreshToken: String?
    /// In seconds.
    private(set) var expiresIn: Int64?
    /// In seconds since 1970.
    private(set) var expiresOn: Int64?
    /// In seconds.
    private(set) var refreshIn: Int64?
    /// OAuth's word for what is wrong.
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

    private init() {}

    private mutating func read(from reader: inout JSONReader) throws(JSONError) {
        var description = ""
        try reader.readObject { reader, name throws(JSONError) in
            switch name {
            case "access_token": self.accessToken = try reader.readStringIfPresent()
            case "refresh_token": self.refreshToken = try reader.readStringIfPresent()
            case "expires_in": self.expiresIn = try reader.readIntegerIfPresent()
            case "expires_on": self.expiresOn = try reader.readIntegerIfPresent()
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

    /// The token, if there is a useful one.
    ///
    /// - Parameters:
    ///   - asked: When it was asked for, in milliseconds since 1970. Its life is counted from then.
    ///   - halfLife: Whether one that lives for hours is to be replaced after half of its life.
    func token(asked: Int64, halfLife: Bool = false) -> AccessToken? {
        let seconds = self.expiresIn ?? self.expiresOn.map { $0 - asked / 1_000 }
        guard let value = self.accessToken, !value.isEmpty, let seconds, seconds > 0 else { return nil }
        let lifetime = min(seconds, Self.longestLifetime) * 1_000
        // A token that lives shortly is used for half of its life at least.
        let early = halfLife && lifetime >= 7_200_000 ? lifetime / 2 : min(300_000, lifetime / 2)
        let advised = self.refreshIn.map { asked + min(max($0, 0), Self.longestLifetime) * 1_000 } ?? .max
        return AccessToken(value, expiresAt: asked + lifetime, refreshesAt: min(asked + lifetime - early, advised))
    }

    /// For people: `invalid_client (AADSTS7000215)`.
    var reason: String? {
        guard let error = self.error else { return nil }
        return self.number.map { "\(error) (AADSTS\($0))" } ?? error
    }
}

extension JSONReader {
    /// Reads an integer, or one within a string; passes over everything else, as if it were missing.
    mutating func readIntegerIfPresent() throws(JSONError) -> Int64? {
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
