import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A type with a form of its own in MessagePack, whatever its `Codable` says.
protocol MessagePackScalar {
    /// Reads the value; throws ``MessagePackError/Code/wrongType`` if another stands there.
    init(from reader: inout MessagePackReader) throws(MessagePackError)
    /// Appends the value.
    func write(into buffer: inout ByteBuffer) throws
}

extension MessagePackScalar where Self: FixedWidthInteger {
    init(from reader: inout MessagePackReader) throws(MessagePackError) {
        let start = reader.offset
        // JavaScript has no integers: a number is taken for one if it has no fraction.
        let value: Self? =
            switch try reader.peek() {
            case .float: Self(exactly: try reader.readDouble())
            default: Self.isSigned ? Self(exactly: try reader.readInt64()) : Self(exactly: try reader.readUInt64())
            }
        guard let value else { throw MessagePackError(.wrongType, at: start) }
        self = value
    }

    func write(into buffer: inout ByteBuffer) {
        if let value = Int64(exactly: self) {
            buffer.writeMessagePackInteger(value)
        } else {
            buffer.writeMessagePackInteger(UInt64(self))
        }
    }
}

extension Int: MessagePackScalar {}
extension Int8: MessagePackScalar {}
extension Int16: MessagePackScalar {}
extension Int32: MessagePackScalar {}
extension Int64: MessagePackScalar {}
extension UInt: MessagePackScalar {}
extension UInt8: MessagePackScalar {}
extension UInt16: MessagePackScalar {}
extension UInt32: MessagePackScalar {}
extension UInt64: MessagePackScalar {}

extension Bool: MessagePackScalar {
    init(from reader: inout MessagePackReader) throws(MessagePackError) { self = try reader.readBool() }
    func write(into buffer: inout ByteBuffer) { buffer.writeMessagePackBool(self) }
}

extension String: MessagePackScalar {
    init(from reader: inout MessagePackReader) throws(MessagePackError) { self = try reader.readString() }
    func write(into buffer: inout ByteBuffer) { buffer.writeMessagePackString(self) }
}

extension Double: MessagePackScalar {
    init(from reader: inout MessagePackReader) throws(MessagePackError) {
        guard try reader.peek() == .integer else {
            self = try reader.readDouble()
            return
        }
        var unsigned = reader
        if let value = try? unsigned.readUInt64() {
            reader = unsigned
            self = Double(value)
        } else {
            self = Double(try reader.readInt64())
        }
    }

    func write(into buffer: inout ByteBuffer) { buffer.writeMessagePackDouble(self) }
}

extension Float: MessagePackScalar {
    init(from reader: inout MessagePackReader) throws(MessagePackError) {
        let start = reader.offset
        let value = try Double(from: &reader)
        self = Float(value)
        guard self.isFinite || !value.isFinite else { throw MessagePackError(.wrongType, at: start) }
    }

    func write(into buffer: inout ByteBuffer) { buffer.writeMessagePackFloat(self) }
}

extension Data: MessagePackScalar {
    init(from reader: inout MessagePackReader) throws(MessagePackError) { self.init(try reader.readBinary()) }
    func write(into buffer: inout ByteBuffer) { self.withUnsafeBytes { buffer.writeMessagePackBinary($0) } }
}

extension Date: MessagePackScalar {
    /// From 1970 to 2001, from where a `Date` counts: differences to it lose no digits.
    private static let referenceSeconds: Int64 = 978_307_200

    init(from reader: inout MessagePackReader) throws(MessagePackError) {
        let timestamp = try reader.readTimestamp()
        let seconds = Double(timestamp.seconds) - Double(Self.referenceSeconds)
        self.init(timeIntervalSinceReferenceDate: seconds + Double(timestamp.nanoseconds) / 1e9)
    }

    func write(into buffer: inout ByteBuffer) throws {
        let interval = self.timeIntervalSinceReferenceDate
        var seconds = interval.rounded(.down)
        var nanoseconds = ((interval - seconds) * 1e9).rounded()
        if nanoseconds >= 1e9 {
            seconds += 1
            nanoseconds = 0
        }
        guard let whole = Int64(exactly: seconds + Double(Self.referenceSeconds)) else {
            let context = EncodingError.Context(codingPath: [], debugDescription: "The date is out of range.")
            // The number, because the description of such a date traps.
            throw EncodingError.invalidValue(interval, context)
        }
        buffer.writeMessagePackTimestamp(MessagePackTimestamp(seconds: whole, nanoseconds: UInt32(nanoseconds)))
    }
}

extension URL: MessagePackScalar {
    init(from reader: inout MessagePackReader) throws(MessagePackError) {
        let start = reader.offset
        guard let url = URL(string: try reader.readString()) else { throw MessagePackError(.wrongType, at: start) }
        self = url
    }

    func write(into buffer: inout ByteBuffer) { buffer.writeMessagePackString(self.absoluteString) }
}

/// As a string, as .NET does: no digit is lost.
extension Decimal: MessagePackScalar {
    init(from reader: inout MessagePackReader) throws(MessagePackError) {
        let start = reader.offset
        switch try reader.peek() {
        case .string:
            let text = try reader.readString()
            guard text.utf8.allSatisfy({ #"0123456789+-.eE"#.utf8.contains($0) }), let value = Decimal(string: text) else {
                throw MessagePackError(.wrongType, at: start)
            }
            self = value
        case .integer:
            var signed = reader
            if let value = try? signed.readInt64() {
                reader = signed
                self.init(value)
            } else {
                self.init(try reader.readUInt64())
            }
        default: self.init(try reader.readDouble())
        }
    }

    func write(into buffer: inout ByteBuffer) { buffer.writeMessagePackString(self.description) }
}
