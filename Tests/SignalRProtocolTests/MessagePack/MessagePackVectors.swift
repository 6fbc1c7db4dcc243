/// What msgpack for Python 1.2.4 (`packb(…, use_bin_type=True)`) makes of values: a third codec.
enum MessagePackVectors {
    static let values: [(String, MessagePackValue)] = Self.scalars + Self.containers + Self.extensions

    private static let scalars: [(String, MessagePackValue)] = [
        ("c0", .null), ("c3", .bool(true)), ("c2", .bool(false)), ("00", .integer(0)), ("01", .integer(1)),
        ("7f", .integer(127)), ("cc80", .integer(128)), ("ccff", .integer(255)), ("cd0100", .integer(256)),
        ("cdffff", .integer(65_535)), ("ce00010000", .integer(65_536)), ("ceffffffff", .integer(4_294_967_295)),
        ("cf0000000100000000", .integer(4_294_967_296)), ("cf7fffffffffffffff", .integer(.max)), ("ff", .integer(-1)),
        ("e0", .integer(-32)), ("d0df", .integer(-33)), ("d080", .integer(-128)), ("d1ff7f", .integer(-129)),
        ("d18000", .integer(-32_768)), ("d2ffff7fff", .integer(-32_769)), ("d280000000", .integer(-2_147_483_648)),
        ("d3ffffffff7fffffff", .integer(-2_147_483_649)), ("d38000000000000000", .integer(.min)),
        ("cf8000000000000000", .unsigned(9_223_372_036_854_775_808)), ("cfffffffffffffffff", .unsigned(.max)),
        ("cb3ff8000000000000", .double(1.5)), ("cbbfb999999999999a", .double(-0.1)), ("cb7e37e43c8800759c", .double(1e300)),
        ("ca3f000000", .float(0.5)), ("cabfa00000", .float(-1.25)), ("a0", .string("")), ("a161", .string("a")),
        ("a6c3a9f09f9880", .string("é😀")),
        ("bf78787878787878787878787878787878787878787878787878787878787878", .string(String(repeating: "x", count: 31))),
        ("d9207878787878787878787878787878787878787878787878787878787878787878", .string(String(repeating: "x", count: 32))),
        ("c400", .binary([])), ("c403000102", .binary([0, 1, 2])),
    ]

    private static let containers: [(String, MessagePackValue)] = [
        ("90", .array([])), ("9401a161c091c3", .array([.integer(1), .string("a"), .null, .array([.bool(true)])])),
        ("dc0010000102030405060708090a0b0c0d0e0f", .array((0..<16).map { .integer($0) })), ("80", .map([])),
        ("82a16101a16281a16390", .map([.init("a", .integer(1)), .init("b", .map([.init("c", .array([]))]))])),
        ("8201a178ffc0", .map([.init(.integer(1), .string("x")), .init(.integer(-1), .null)])),
    ]

    private static let extensions: [(String, MessagePackValue)] = [
        ("d40500", .ext(5, Array(0..<1))), ("d5050001", .ext(5, Array(0..<2))), ("c70305000102", .ext(5, Array(0..<3))),
        ("d60500010203", .ext(5, Array(0..<4))), ("c705050001020304", .ext(5, Array(0..<5))),
        ("d7050001020304050607", .ext(5, Array(0..<8))), ("c70c05000102030405060708090a0b", .ext(5, Array(0..<12))),
        ("d805000102030405060708090a0b0c0d0e0f", .ext(5, Array(0..<16))),
        ("c71105000102030405060708090a0b0c0d0e0f10", .ext(5, Array(0..<17))),
        ("d6ff00000000", .ext(-1, [0x00, 0x00, 0x00, 0x00])), ("d6ff386d4380", .ext(-1, [0x38, 0x6D, 0x43, 0x80])),
        ("d6ffffffffff", .ext(-1, [0xFF, 0xFF, 0xFF, 0xFF])),
        ("d7ff0000000100000000", .ext(-1, [0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00])),
        ("d7ff0000000400000001", .ext(-1, [0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x01])),
        ("d7ff1d6f34546b055918", .ext(-1, [0x1D, 0x6F, 0x34, 0x54, 0x6B, 0x05, 0x59, 0x18])),
        ("d7ffee6b27ffffffffff", .ext(-1, [0xEE, 0x6B, 0x27, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])),
        ("c70cff000000000000000400000000", .ext(-1, [0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00])),
        ("c70cff00000000ffffffffffffffff", .ext(-1, [0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])),
        ("c70cff3b9ac9ffffffffffffffffff", .ext(-1, [0x3B, 0x9A, 0xC9, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])),
        ("c70cff000000000000003afff4417f", .ext(-1, [0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x3A, 0xFF, 0xF4, 0x41, 0x7F])),
    ]

    /// Timestamps, as seconds and nanoseconds.
    static let timestamps: [(String, Int64, UInt32)] = [
        ("d6ff00000000", 0, 0), ("d6ff386d4380", 946_684_800, 0), ("d6ffffffffff", 4_294_967_295, 0),
        ("d7ff0000000100000000", 4_294_967_296, 0), ("d7ff0000000400000001", 1, 1),
        ("d7ff1d6f34546b055918", 1_795_512_600, 123_456_789), ("d7ffee6b27ffffffffff", 17_179_869_183, 999_999_999),
        ("c70cff000000000000000400000000", 17_179_869_184, 0), ("c70cff00000000ffffffffffffffff", -1, 0),
        ("c70cff3b9ac9ffffffffffffffffff", -1, 999_999_999), ("c70cff000000000000003afff4417f", 253_402_300_799, 0),
    ]

    /// The bytes in front of the content, for each length at which they change.
    static let heads: [(kind: String, count: Int, hex: String)] = [
        ("string", 31, "bf"), ("string", 32, "d920"), ("string", 255, "d9ff"), ("string", 256, "da0100"),
        ("string", 65_535, "daffff"), ("string", 65_536, "db00010000"),
        ("binary", 0, "c400"), ("binary", 255, "c4ff"), ("binary", 256, "c50100"), ("binary", 65_535, "c5ffff"),
        ("binary", 65_536, "c600010000"),
        ("array", 15, "9f"), ("array", 16, "dc0010"), ("array", 65_535, "dcffff"), ("array", 65_536, "dd00010000"),
        ("map", 15, "8f"), ("map", 16, "de0010"), ("map", 65_535, "deffff"), ("map", 65_536, "df00010000"),
        ("extension", 15, "c70f01"), ("extension", 16, "d801"), ("extension", 255, "c7ff01"), ("extension", 256, "c8010001"),
        ("extension", 65_535, "c8ffff01"), ("extension", 65_536, "c90001000001"),
    ]
}
