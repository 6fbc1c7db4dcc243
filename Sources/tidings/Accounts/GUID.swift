/// The form of Microsoft's ids: `7f3c1d52-0a6e-4b9b-8d14-5e2a90c7b611`.
enum GUID {
    static func isOne(_ text: some StringProtocol) -> Bool {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.count) == [8, 4, 4, 4, 12] && groups.joined().allSatisfy { $0.isASCII && $0.isHexDigit }
    }
}
