import JSONBytes
public import NIOCore

/// One page of a list.
public struct GraphPage: Sendable {
    /// The page's objects, each as its bytes in JSON.
    public var items: [ByteBuffer]
    /// Where the list goes on.
    public var nextLink: String?
    /// Where to ask later for what has changed since, on the last page of a delta query.
    public var deltaLink: String?

    /// Reads `{"value": […], "@odata.nextLink": …}`.
    init(_ body: ByteBuffer) throws(JSONError) {
        var items: [ByteBuffer] = []
        var nextLink: String?
        var deltaLink: String?
        do {
            try body.withUnsafeReadableBytes { bytes in
                var reader = JSONReader(bytes)
                var isPage = false
                try reader.readObject { reader, name throws(JSONError) in
                    switch name {
                    case "value" where try reader.peek() == .array:
                        isPage = true
                        try reader.readArray { reader throws(JSONError) in
                            let range = try reader.skip()
                            // Within the readable bytes by construction.
                            items.append(body.getSlice(at: body.readerIndex + range.lowerBound, length: range.count)!)
                        }
                    case "@odata.nextLink": nextLink = try reader.readStringIfPresent()
                    case "@odata.deltaLink": deltaLink = try reader.readStringIfPresent()
                    default: try reader.skip()
                    }
                }
                try reader.finish()
                guard isPage else { throw JSONError(.wrongType, at: 0) }
            }
        } catch let error as JSONError {
            throw error
        } catch {
            throw JSONError(.wrongType, at: 0)
        }
        self.items = items
        self.nextLink = nextLink
        self.deltaLink = deltaLink
    }
}

extension GraphPage: CustomStringConvertible {
    public var description: String { "GraphPage(\(self.items.count) items)" }
}
