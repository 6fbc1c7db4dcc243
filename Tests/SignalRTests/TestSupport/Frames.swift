import NIOCore

/// A frame as the RFC draws it, made and read here without any of the code under test.
struct Frame: Equatable, Sendable {
    var opcode: UInt8
    var content: [UInt8]
    var isFinal = true
    var reserved: UInt8 = 0
    var mask: [UInt8]? = [0x37, 0xFA, 0x21, 0x3D]
    /// 0 for the shortest, or else 126 or 127.
    var lengthForm: UInt8 = 0

    static func text(_ text: String, isFinal: Bool = true) -> Frame {
        Frame(opcode: 1, content: Array(text.utf8), isFinal: isFinal)
    }

    static func close(_ code: UInt16?) -> Frame {
        Frame(opcode: 8, content: code.map { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } ?? [])
    }

    var bytes: [UInt8] {
        var bytes = [(self.isFinal ? 0x80 : 0) | self.reserved << 4 | self.opcode]
        let masked: UInt8 = self.mask == nil ? 0 : 0x80
        let count = self.content.count
        if self.lengthForm == 127 || count > 0xFFFF {
            bytes.append(masked | 127)
            bytes += (0..<8).reversed().map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }
        } else if self.lengthForm == 126 || count > 125 {
            bytes.append(masked | 126)
            bytes += [UInt8(count >> 8), UInt8(count & 0xFF)]
        } else {
            bytes.append(masked | UInt8(count))
        }
        guard let mask = self.mask else { return bytes + self.content }
        bytes += mask
        return bytes + self.content.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    /// Takes a frame of a server from the front, if there is a whole one.
    static func take(from buffer: inout ByteBuffer) -> Frame? {
        let bytes = Array(buffer.readableBytesView)
        guard bytes.count >= 2 else { return nil }
        var start = 2
        var count = Int(bytes[1] & 0x7F)
        if count >= 126 {
            let size = count == 126 ? 2 : 8
            guard bytes.count >= 2 + size else { return nil }
            count = bytes[2..<(2 + size)].reduce(0) { $0 << 8 | Int($1) }
            start += size
        }
        guard bytes.count >= start + count else { return nil }
        buffer.moveReaderIndex(forwardBy: start + count)
        return Frame(
            opcode: bytes[0] & 0x0F, content: Array(bytes[start..<(start + count)]), isFinal: bytes[0] & 0x80 != 0,
            reserved: bytes[0] >> 4 & 0x7, mask: bytes[1] & 0x80 != 0 ? [] : nil
        )
    }

    var text: String { String(decoding: self.content, as: UTF8.self) }

    /// The code of a goodbye.
    var code: Int? { self.content.count >= 2 ? Int(self.content[0]) << 8 | Int(self.content[1]) : nil }
}
