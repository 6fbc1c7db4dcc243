/// The key to everything that shows or steers the program, made at its first start and kept in a file only its owner may read.
struct AdminToken: Sendable {
    /// The name of its file in the data directory.
    static let fileName = "admin-token"

    /// The token itself, for the banner.
    let text: String
    private let secret: Secret

    /// - Parameter text: At least 32 letters, digits, hyphens and underscores.
    init?(_ text: String) {
        guard text.utf8.count >= 32, text.utf8.allSatisfy(Self.isAllowed) else { return nil }
        self.text = text
        self.secret = Secret(text)
    }

    /// The token of this data directory; a new one if it has none.
    init(
        keptIn directory: DataDirectory, generator: inout some RandomNumberGenerator
    ) throws(Failure) {
        let path = directory.file(Self.fileName)
        if let kept = try TextFile.load(path, maximumSize: 4096) {
            guard let token = AdminToken(String(kept.filter { !$0.isWhitespace })) else {
                throw Failure("\(path) does not hold an admin token; remove it, and a new one is made.")
            }
            self = token
            return
        }
        let text = Self.random(using: &generator)
        try TextFile.store(text + "\n", to: path)
        self.text = text
        self.secret = Secret(text)
    }

    /// Whether a caller presents the token.
    func matches(_ candidate: String) -> Bool { self.secret.matches(candidate) }

    /// 32 random bytes, as base64url without padding: 43 characters.
    static func random(using generator: inout some RandomNumberGenerator) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var text: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for _ in 0..<32 {
            bits = bits << 8 | UInt32(UInt8.random(in: .min ... .max, using: &generator))
            count += 8
            while count >= 6 {
                count -= 6
                text.append(alphabet[Int(bits >> UInt32(count) & 63)])
            }
        }
        text.append(alphabet[Int(bits << UInt32(6 - count) & 63)])
        return String(decoding: text, as: UTF8.self)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
