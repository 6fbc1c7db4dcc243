/// What is fetched of an object that changed, for the notifications of one subscription.
public struct FetchRule: Sendable, Equatable {
    /// Which properties (`$select`); all that Graph shows if it is empty.
    public var select: [String]
    /// Whether only what was found by catching up is fetched: notifications bring the object themselves.
    public var isForRecoveredOnly: Bool
    /// The account that fetches it, see ``SubscriptionAccount``.
    public var account: String

    public init(
        select: [String], isForRecoveredOnly: Bool = false, account: String = SubscriptionAccount.defaultName
    ) {
        self.account = account
        self.select = select
        self.isForRecoveredOnly = isForRecoveredOnly
    }

    /// The properties that a subscription with resource data asks for at the end of its resource: `…?$select=subject,from`.
    public static func selection(in resource: String) -> [String] {
        guard let mark = resource.firstIndex(of: "?") else { return [] }
        for option in resource[resource.index(after: mark)...].split(separator: "&") {
            guard let equals = option.firstIndex(of: "="), option[..<equals].lowercased() == "$select" else { continue }
            return option[option.index(after: equals)...].split(separator: ",").map { $0.filter { !$0.isWhitespace } }
        }
        return []
    }

    /// The path of an object, relative to Graph's version.
    ///
    /// - Parameter resource: As Graph called it.
    /// - Returns: `nil` if that leads elsewhere, or nowhere.
    func path(of resource: String) -> String? {
        let path = resource.drop { $0 == "/" }.prefix { $0 != "?" }
        guard !path.isEmpty, !path.contains("#"), !path.contains("\\"), !path.contains("//"),
            path.split(separator: "/").allSatisfy({ $0 != "." && $0 != ".." && $0.lowercased() != "$batch" })
        else { return nil }
        var text: [UInt8] = []
        for byte in path.utf8 {
            guard byte <= 0x20 || byte >= 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "+") else {
                text.append(byte)
                continue
            }
            text += Array("%".utf8) + Array(String(byte, radix: 16, uppercase: true).leftPadded.utf8)
        }
        let encoded = String(decoding: text, as: UTF8.self)
        return self.select.isEmpty ? encoded : encoded + "?$select=" + self.select.map(\.percentEncoded).joined(separator: ",")
    }
}

extension String {
    fileprivate var leftPadded: String { self.utf8.count < 2 ? "0" + self : self }
}
