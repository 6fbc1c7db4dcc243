import GRDB
import NIOCore

extension Row {
    /// The blob of a column, copied once.
    func byteBuffer(at index: Int) throws -> ByteBuffer {
        try self.withUnsafeData(atIndex: index) { data in
            guard let data else { return ByteBuffer() }
            return ByteBuffer(bytes: data)
        }
    }
}
