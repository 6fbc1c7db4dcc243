public import NIOCore

/// Values as MessagePack, each in its shortest form.
extension ByteBuffer {
    /// Appends `nil`.
    public mutating func writeMessagePackNil() { self.writeInteger(UInt8(0xC0)) }

    /// Appends `true` or `false`.
    public mutating func writeMessagePackBool(_ value: Bool) { self.writeInteger(UInt8(value ? 0xC3 : 0xC2)) }

    /// Appends an integer.
    public mutating func writeMessagePackInteger(_ value: Int64) {
        switch value {
        case 0...: self.writeMessagePackInteger(UInt64(value))
        case (-32)...: self.writeInteger(Int8(value))
        case Int64(Int8.min)...: self.writeMultipleIntegers(UInt8(0xD0), Int8(value))
        case Int64(Int16.min)...: self.writeMultipleIntegers(UInt8(0xD1), Int16(value))
        case Int64(Int32.min)...: self.writeMultipleIntegers(UInt8(0xD2), Int32(value))
        default: self.writeMultipleIntegers(UInt8(0xD3), value)
        }
    }

    /// Appends an integer that is not negative.
    public mutating func writeMessagePackInteger(_ value: UInt64) {
        switch value {
        case ...0x7F: self.writeInteger(UInt8(value))
        case ...0xFF: self.writeMultipleIntegers(UInt8(0xCC), UInt8(value))
        case ...0xFFFF: self.writeMultipleIntegers(UInt8(0xCD), UInt16(value))
        case ...0xFFFF_FFFF: self.writeMultipleIntegers(UInt8(0xCE), UInt32(value))
        default: self.writeMultipleIntegers(UInt8(0xCF), value)
        }
    }

    /// Appends a floating-point number of 32 bits.
    public mutating func writeMessagePackFloat(_ value: Float) {
        self.writeMultipleIntegers(UInt8(0xCA), value.bitPattern)
    }

    /// Appends a floating-point number of 64 bits.
    public mutating func writeMessagePackDouble(_ value: Double) {
        self.writeMultipleIntegers(UInt8(0xCB), value.bitPattern)
    }

    /// Appends a string.
    public mutating func writeMessagePackString(_ string: String) {
        var string = string
        string.withUTF8 { utf8 in
            switch utf8.count {
            case ..<0x20: self.writeInteger(0xA0 | UInt8(utf8.count))
            case ...0xFF: self.writeMultipleIntegers(UInt8(0xD9), UInt8(utf8.count))
            default: self.writeMessagePackLength(utf8.count, 0xDA, 0xDB)
            }
            self.writeBytes(utf8)
        }
    }

    /// Appends binary data.
    public mutating func writeMessagePackBinary(_ bytes: UnsafeRawBufferPointer) {
        if bytes.count <= 0xFF {
            self.writeMultipleIntegers(UInt8(0xC4), UInt8(bytes.count))
        } else {
            self.writeMessagePackLength(bytes.count, 0xC5, 0xC6)
        }
        self.writeBytes(bytes)
    }

    /// Appends the beginning of an array; `count` values must follow.
    public mutating func writeMessagePackArrayHeader(count: Int) {
        if count < 0x10 {
            self.writeInteger(0x90 | UInt8(count))
        } else {
            self.writeMessagePackLength(count, 0xDC, 0xDD)
        }
    }

    /// Appends the beginning of a map; `count` keys must follow, each with its value behind it.
    public mutating func writeMessagePackMapHeader(count: Int) {
        if count < 0x10 {
            self.writeInteger(0x80 | UInt8(count))
        } else {
            self.writeMessagePackLength(count, 0xDE, 0xDF)
        }
    }

    /// Appends a value of an application's own type.
    public mutating func writeMessagePackExtension(type: Int8, _ bytes: UnsafeRawBufferPointer) {
        switch bytes.count {
        case 1, 2, 4, 8, 16: self.writeInteger(0xD4 + UInt8(bytes.count.trailingZeroBitCount))
        case ...0xFF: self.writeMultipleIntegers(UInt8(0xC7), UInt8(bytes.count))
        default: self.writeMessagePackLength(bytes.count, 0xC8, 0xC9)
        }
        self.writeInteger(type)
        self.writeBytes(bytes)
    }

    /// Appends a moment.
    public mutating func writeMessagePackTimestamp(_ timestamp: MessagePackTimestamp) {
        let type = MessagePackTimestamp.extensionType
        guard (0..<(1 << 34)).contains(timestamp.seconds) else {
            self.writeMultipleIntegers(UInt8(0xC7), UInt8(12), type, timestamp.nanoseconds, timestamp.seconds)
            return
        }
        let seconds = UInt64(timestamp.seconds)
        if timestamp.nanoseconds == 0, let seconds = UInt32(exactly: seconds) {
            self.writeMultipleIntegers(UInt8(0xD6), type, seconds)
        } else {
            self.writeMultipleIntegers(UInt8(0xD7), type, UInt64(timestamp.nanoseconds) << 34 | seconds)
        }
    }

    /// A format with a length of 16 bits if that is enough, otherwise one with 32.
    private mutating func writeMessagePackLength(_ length: Int, _ short: UInt8, _ long: UInt8) {
        if let length = UInt16(exactly: length) {
            self.writeMultipleIntegers(short, length)
        } else {
            self.writeMultipleIntegers(long, UInt32(length))
        }
    }
}

extension ByteBuffer {
    /// Runs `body` with a reader of the readable bytes.
    func withMessagePackReader<Value, Failure: Error>(
        startingAt offset: Int = 0, _ body: (inout MessagePackReader) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let outcome = self.withUnsafeReadableBytes { bytes -> Result<Value, Failure> in
            var reader = MessagePackReader(bytes, startingAt: offset)
            do throws(Failure) {
                return .success(try body(&reader))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }
}
