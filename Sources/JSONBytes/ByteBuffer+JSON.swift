public import NIOCore

extension ByteBuffer {
    /// Appends `string` as a JSON string: quoted, with `"`, `\` and control characters escaped, all else as UTF-8.
    ///
    /// U+001E, the record separator of SignalR's JSON protocol, is a control character and so never appears raw.
    public mutating func writeJSONString(_ string: String) {
        var string = string
        string.withUTF8 { self.writeJSONString(utf8: UnsafeRawBufferPointer($0)) }
    }

    /// Appends UTF-8 text as a JSON string.
    public mutating func writeJSONString(utf8: UnsafeRawBufferPointer) {
        self.writeInteger(UInt8(ascii: "\""))
        var start = 0
        for index in 0..<utf8.count {
            let byte = utf8[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            self.writeBytes(UnsafeRawBufferPointer(rebasing: utf8[start..<index]))
            self.writeEscape(of: byte)
            start = index + 1
        }
        self.writeBytes(UnsafeRawBufferPointer(rebasing: utf8[start...]))
        self.writeInteger(UInt8(ascii: "\""))
    }

    /// Appends a number as JSON.
    public mutating func writeJSONNumber(_ number: Int64) {
        guard number != 0 else {
            self.writeInteger(UInt8(ascii: "0"))
            return
        }
        withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { digits in
            var rest = number.magnitude
            var index = 20
            while rest > 0 {
                index -= 1
                digits[index] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
            if number < 0 {
                index -= 1
                digits[index] = UInt8(ascii: "-")
            }
            self.writeBytes(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(digits)[index...]))
        }
    }

    private mutating func writeEscape(of byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): self.writeStaticString("\\\"")
        case UInt8(ascii: "\\"): self.writeStaticString("\\\\")
        case 0x08: self.writeStaticString("\\b")
        case 0x09: self.writeStaticString("\\t")
        case 0x0A: self.writeStaticString("\\n")
        case 0x0C: self.writeStaticString("\\f")
        case 0x0D: self.writeStaticString("\\r")
        default:
            self.writeStaticString("\\u00")
            let hex: StaticString = "0123456789abcdef"
            self.writeInteger(hex.utf8Start[Int(byte >> 4)])
            self.writeInteger(hex.utf8Start[Int(byte & 0x0F)])
        }
    }
}
