extension UnsafeRawBufferPointer {
    /// Calls `body` with the payload of each of these whole, unmasked WebSocket frames (RFC 6455 section 5.2).
    ///
    /// Broadcasts are framed once, for WebSockets; other transports take the frames apart again, which copies nothing.
    func forEachWebSocketPayload(_ body: (UnsafeRawBufferPointer) -> Void) {
        var rest = self[...]
        while rest.count >= 2 {
            let start = rest.startIndex
            let (headerSize, length) =
                switch rest[start + 1] {
                case 126: (4, rest.number(at: start + 2, size: 2))
                case 127: (10, rest.number(at: start + 2, size: 8))
                case let length: (2, Int(length))
                }
            let end = start + headerSize + length
            body(UnsafeRawBufferPointer(rebasing: rest[(start + headerSize)..<end]))
            rest = rest[end...]
        }
    }
}

extension Slice<UnsafeRawBufferPointer> {
    fileprivate func number(at index: Int, size: Int) -> Int {
        self[index..<(index + size)].reduce(0) { $0 << 8 | Int($1) }
    }
}
