import JSONBytes

/// The secret of a subscription: whoever repeats it is taken for Graph.
public enum ClientState {
    /// A new one: 258 random bits in 43 characters of the URL-safe base64 alphabet.
    public static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return self.random(using: &generator)
    }

    /// A new one from a given source of randomness.
    static func random(using generator: inout some RandomNumberGenerator) -> String {
        let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        return String(unsafeUninitializedCapacity: 43) { characters in
            for index in 0..<43 { characters[index] = alphabet.utf8Start[Int((generator.next() as UInt64) & 63)] }
            return 43
        }
    }

    /// Whether `given` is `expected`. How long it takes depends on `given` alone.
    ///
    /// Nothing matches an empty `expected`: a subscription without a secret cannot be told from a forgery.
    public static func matches(_ given: String?, _ expected: String) -> Bool {
        guard var given else { return false }
        return given.withUTF8 { self.matches(UnsafeRawBufferPointer($0), expected) }
    }

    /// The same for a string that still stands in its JSON text.
    static func matches(_ given: JSONStringSlice, _ expected: String) -> Bool {
        given.hasEscapes ? self.matches(given.string, expected) : self.matches(given.bytes, expected)
    }

    private static func matches(_ given: UnsafeRawBufferPointer, _ expected: String) -> Bool {
        var expected = expected
        return expected.withUTF8 { expected in
            guard !expected.isEmpty else { return false }
            var difference = UInt(bitPattern: given.count ^ expected.count)
            var index = 0
            for byte in given {
                difference |= UInt(byte ^ expected[index])
                index += 1
                if index == expected.count { index = 0 }
            }
            return difference == 0
        }
    }
}
