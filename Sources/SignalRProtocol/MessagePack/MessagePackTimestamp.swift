/// A moment as MessagePack's extension type -1 holds it.
public struct MessagePackTimestamp: Sendable, Hashable {
    /// The extension type of timestamps.
    public static let extensionType: Int8 = -1

    /// Whole seconds since 1970, rounded down.
    public var seconds: Int64
    /// What is left, 0 to 999,999,999.
    public var nanoseconds: UInt32

    /// - Parameters:
    ///   - seconds: Whole seconds since 1970, rounded down.
    ///   - nanoseconds: What is left, 0 to 999,999,999.
    public init(seconds: Int64, nanoseconds: UInt32) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// The content of an extension: 32 bits of seconds; or 30 of nanoseconds and 34 of seconds; or 32 and 64.
    init?(_ bytes: UnsafeRawBufferPointer) {
        func bigEndian(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        switch bytes.count {
        case 4: self.init(seconds: Int64(bigEndian(0..<4)), nanoseconds: 0)
        case 8:
            let bits = bigEndian(0..<8)
            self.init(seconds: Int64(bits & 0x3_FFFF_FFFF), nanoseconds: UInt32(bits >> 34))
        case 12: self.init(seconds: Int64(bitPattern: bigEndian(4..<12)), nanoseconds: UInt32(bigEndian(0..<4)))
        default: return nil
        }
        guard self.nanoseconds < 1_000_000_000 else { return nil }
    }
}
