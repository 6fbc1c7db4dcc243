import NIOCore

/// Takes the frames of a client apart (RFC 6455 section 5), decided without a channel.
///
/// What messages hold is passed on as it comes: hub messages have an end of their own, so neither frames nor messages are
/// gathered here. At most a header, or a control frame, is kept between two reads.
struct WebSocketFrameDecoder {
    /// What was found.
    enum Event: Equatable {
        /// Bytes of a message were appended to the payload.
        case data
        /// A ping, to be answered with a pong that holds the same.
        case ping(ByteBuffer)
        /// A pong.
        case pong
        /// The client's goodbye, with its status code if it has one.
        case close(code: UInt16?)
    }

    /// Bytes that are not what the RFC allows. The code is what the client is told.
    struct Violation: Error, Equatable {
        let code: UInt16

        static let protocolError = Violation(code: 1002)
        static let invalidText = Violation(code: 1007)
        static let tooLarge = Violation(code: 1009)
    }

    private struct Header {
        var isFinal: Bool
        var opcode: UInt8
        var length: Int
        var mask: UInt32
    }

    private let maximumMessageSize: Int
    /// A header or a control frame that has not arrived whole.
    private var partial: ByteBuffer?
    /// What is still to come of the payload of a data frame, and its mask for the next byte.
    private var remaining = 0
    private var mask: UInt32 = 0
    private var isFinal = false
    private var isInMessage = false
    private var isText = false
    private var messageSize = 0
    private var text = UTF8Validator()

    /// - Parameter maximumMessageSize: How many bytes a message may have.
    init(maximumMessageSize: Int) {
        self.maximumMessageSize = maximumMessageSize
    }

    /// Reads on.
    ///
    /// - Parameters:
    ///   - input: What was read. Everything is taken from it before `nil` is returned.
    ///   - payload: Where the bytes of messages go.
    /// - Returns: What was found; `nil` when more must be read first.
    mutating func next(in input: inout ByteBuffer, payload: inout ByteBuffer) throws(Violation) -> Event? {
        if var partial = self.partial {
            self.partial = nil
            partial.writeBuffer(&input)
            input = partial
        }
        while input.readableBytes > 0 {
            if self.remaining > 0 {
                try self.readData(from: &input, into: &payload)
                return .data
            }
            let start = input.readerIndex
            guard let header = try self.readHeader(from: &input) else {
                input.moveReaderIndex(to: start)
                self.keep(&input)
                return nil
            }
            if header.opcode >= 0x8 {
                guard var content = input.readSlice(length: header.length) else {
                    input.moveReaderIndex(to: start)
                    self.keep(&input)
                    return nil
                }
                content.unmask(with: header.mask)
                return try self.control(header.opcode, content)
            }
            try self.begin(header)
        }
        return nil
    }

    private mutating func keep(_ input: inout ByteBuffer) {
        // A slice would keep the whole read buffer alive.
        var partial = ByteBufferAllocator().buffer(capacity: 140)
        partial.writeBuffer(&input)
        self.partial = partial
    }

    private func readHeader(from input: inout ByteBuffer) throws(Violation) -> Header? {
        guard let first = input.readInteger(as: UInt8.self), let second = input.readInteger(as: UInt8.self) else { return nil }
        // No extension is ever agreed upon, and clients must mask.
        guard first & 0x70 == 0, second & 0x80 != 0 else { throw .protocolError }
        let opcode = first & 0x0F
        let isFinal = first & 0x80 != 0
        var length = Int(second & 0x7F)
        switch opcode {
        case 0x0, 0x1, 0x2: break
        case 0x8, 0x9, 0xA: guard isFinal, length < 126 else { throw .protocolError }
        default: throw .protocolError
        }
        if length == 126 {
            guard let value = input.readInteger(as: UInt16.self) else { return nil }
            length = Int(value)
        } else if length == 127 {
            guard let value = input.readInteger(as: UInt64.self) else { return nil }
            guard let value = Int(exactly: value) else { throw .protocolError }
            length = value
        }
        guard let mask = input.readInteger(endianness: .little, as: UInt32.self) else { return nil }
        return Header(isFinal: isFinal, opcode: opcode, length: length, mask: mask)
    }

    /// A data frame begins.
    private mutating func begin(_ header: Header) throws(Violation) {
        guard (header.opcode == 0x0) == self.isInMessage else { throw .protocolError }
        if header.opcode != 0x0 {
            self.isInMessage = true
            self.isText = header.opcode == 0x1
            self.messageSize = 0
            self.text = UTF8Validator()
        }
        guard header.length <= self.maximumMessageSize - self.messageSize else { throw .tooLarge }
        self.messageSize += header.length
        self.remaining = header.length
        self.mask = header.mask
        self.isFinal = header.isFinal
        if header.length == 0 { try self.frameEnded() }
    }

    private mutating func readData(from input: inout ByteBuffer, into payload: inout ByteBuffer) throws(Violation) {
        let count = min(self.remaining, input.readableBytes)
        let mask = self.mask
        payload.reserveCapacity(minimumWritableBytes: count)
        let isValid = input.withUnsafeReadableBytes { source in
            var isValid = true
            payload.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
                Self.unmask(source, into: target, count: count, mask: mask)
                if self.isText {
                    isValid = self.text.accept(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(target)[..<count]))
                }
                return count
            }
            return isValid
        }
        guard isValid else { throw .invalidText }
        input.moveReaderIndex(forwardBy: count)
        self.remaining -= count
        let turn = UInt32(count % 4) * 8
        if turn > 0 { self.mask = mask >> turn | mask << (32 - turn) }
        if self.remaining == 0 { try self.frameEnded() }
    }

    private mutating func frameEnded() throws(Violation) {
        guard self.isFinal else { return }
        self.isInMessage = false
        if self.isText, !self.text.isComplete { throw .invalidText }
    }

    private func control(_ opcode: UInt8, _ content: ByteBuffer) throws(Violation) -> Event {
        switch opcode {
        case 0x9: return .ping(content)
        case 0xA: return .pong
        default:
            var content = content
            guard content.readableBytes > 0 else { return .close(code: nil) }
            guard let code = content.readInteger(as: UInt16.self), Self.isValidCode(code) else { throw .protocolError }
            var reason = UTF8Validator()
            guard content.withUnsafeReadableBytes({ reason.accept($0) }), reason.isComplete else { throw .invalidText }
            return .close(code: code)
        }
    }

    /// The codes that may stand in a frame: those of the RFC and its registry, and those of libraries and applications.
    private static func isValidCode(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }

    fileprivate static func unmask(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, count: Int, mask: UInt32
    ) {
        let wide = UInt64(mask) << 32 | UInt64(mask)
        var index = 0
        while index + 8 <= count {
            let word = source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            target.storeBytes(of: (UInt64(littleEndian: word) ^ wide).littleEndian, toByteOffset: index, as: UInt64.self)
            index += 8
        }
        while index < count {
            target[index] = source[index] ^ UInt8(truncatingIfNeeded: mask >> (UInt32(index % 4) * 8))
            index += 1
        }
    }
}

extension ByteBuffer {
    /// Undoes the mask of a client's frame.
    fileprivate mutating func unmask(with mask: UInt32) {
        self.withUnsafeMutableReadableBytes { bytes in
            WebSocketFrameDecoder.unmask(UnsafeRawBufferPointer(bytes), into: bytes, count: bytes.count, mask: mask)
        }
    }
}
