import JSONBytes
import NIOCore

/// What a person needs to sign in to a tool: a page, and a code to type in there.
public struct DeviceCode: Sendable, Equatable {
    /// What to type in.
    public var userCode: String
    /// The page where it is typed in.
    public var verificationURL: String
    /// The service's own sentence for people.
    public var message: String
    /// Until when the code is good, in milliseconds since 1970.
    public var expiresAt: Int64
    /// What the program shows to get the token. It is a secret.
    var deviceCode: String
    /// How long to wait between two questions.
    var interval: Duration

    /// Reads the service's answer.
    ///
    /// - Returns: `nil` if something is missing.
    init?(_ body: ByteBuffer, now: Int64) {
        var fields: [String: String] = [:]
        var numbers: [String: Int64] = [:]
        body.withUnsafeReadableBytes { bytes in
            var reader = JSONReader(bytes)
            try? reader.readObject { reader, name throws(JSONError) in
                switch name {
                case "expires_in", "interval": numbers[name.string] = try reader.readIntegerIfPresent()
                default: fields[name.string] = try reader.readStringIfPresent()
                }
            }
        }
        guard let userCode = fields["user_code"], let deviceCode = fields["device_code"],
            let url = fields["verification_uri"] ?? fields["verification_url"]
        else { return nil }
        self.userCode = userCode
        self.verificationURL = url
        self.message = fields["message"] ?? "Open \(url) and enter the code \(userCode)."
        self.expiresAt = now + min(max(numbers["expires_in"] ?? 900, 1), 86_400) * 1_000
        self.deviceCode = deviceCode
        self.interval = .seconds(min(max(numbers["interval"] ?? 5, 1), 60))
    }
}

extension DeviceCode: CustomStringConvertible {
    public var description: String { self.message }
}
