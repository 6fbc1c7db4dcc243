import NIOCore

/// The length in front of every MessagePack message: seven bits a byte, the lowest first, the highest bit set in all but the
/// last. Source: HubProtocol.md of ASP.NET Core, "Binary message framing".
enum LengthPrefix {
    /// The longest prefix in bytes.
    static let maximumSize = 5
    /// The largest length.
    static let maximumLength = 0x7FFF_FFFF

    /// Appends what `body` appends, its length in front of it. When `body` throws, nothing has been appended.
    static func write<Failure: Error>(
        into buffer: inout ByteBuffer, _ body: (inout ByteBuffer) throws(Failure) -> Void
    ) throws(Failure) {
        let start = buffer.writerIndex
        // Most messages need one byte of length; longer ones are moved, which is cheaper than measuring all.
        buffer.writeInteger(UInt8(0))
        do throws(Failure) {
            try body(&buffer)
        } catch {
            buffer.moveWriterIndex(to: start)
            throw error
        }
        let length = buffer.writerIndex - start - 1
        if length > 0x7F { buffer.openGap(of: Self.size(of: length) - 1, at: start + 1) }
        var index = start
        var rest = length
        while rest > 0x7F {
            buffer.setInteger(UInt8(rest & 0x7F) | 0x80, at: index)
            rest >>= 7
            index += 1
        }
        buffer.setInteger(UInt8(rest), at: index)
    }

    private static func size(of length: Int) -> Int {
        var size = 1
        var rest = length >> 7
        while rest > 0 {
            size += 1
            rest >>= 7
        }
        return size
    }
}

extension ByteBuffer {
    /// Moves what stands from `index` on by `count` bytes.
    fileprivate mutating func openGap(of count: Int, at index: Int) {
        let length = self.writerIndex - index
        self.writeRepeatingByte(0, count: count)
        let start = index - self.readerIndex
        self.withUnsafeMutableReadableBytes { bytes in
            let tail = UnsafeMutableRawBufferPointer(rebasing: bytes[(start + count)...])
            tail.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + length)]))
        }
    }
}
