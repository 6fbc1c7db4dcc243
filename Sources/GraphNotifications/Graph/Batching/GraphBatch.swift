import JSONBytes
import NIOCore
import NIOHTTP1

/// How several requests are written as one (`$batch`), and what is answered is read.
enum GraphBatch {
    /// How many Graph takes in one.
    static let maximumSize = 20
    /// The largest answer that is read, in bytes.
    static let maximumResponseSize = 16 << 20

    /// One request of a batch.
    struct Item {
        var id: Int
        var method: HTTPMethod
        /// Relative to Graph's version, with a slash before it.
        var url: String
        var headers: HTTPHeaders
        var body: ByteBuffer?
        var dependsOn: Int?
    }

    static func json(_ items: [Item]) -> ByteBuffer {
        var json = ByteBuffer()
        json.writeStaticString(#"{"requests":["#)
        for (index, item) in items.enumerated() {
            json.writeStaticString(index == 0 ? #"{"id":""# : #",{"id":""#)
            json.writeString("\(item.id)")
            json.writeStaticString(#"","method":"#)
            json.writeJSONString(item.method.rawValue)
            json.writeStaticString(#","url":"#)
            json.writeJSONString(item.url)
            let headers = Set(item.headers.map { $0.name.lowercased() }).sorted().map { name in
                (name, item.headers[name].joined(separator: ", "))
            }
            json.writeStaticString(#","headers":"#)
            json.writeImmutableBuffer(ByteBuffer(jsonObject: headers))
            if let body = item.body {
                json.writeStaticString(#","body":"#)
                json.writeImmutableBuffer(body)
            }
            if let dependency = item.dependsOn { json.writeString(#","dependsOn":["\#(dependency)"]"#) }
            json.writeStaticString("}")
        }
        json.writeStaticString("]}")
        return json
    }

    /// The answers by id, whatever their order.
    ///
    /// - Returns: `nil` if it is not the answer to a batch.
    static func responses(in body: ByteBuffer) -> [Int: GraphResponse]? {
        body.withUnsafeReadableBytes { bytes in
            var responses: [Int: GraphResponse] = [:]
            var isBatch = false
            var reader = JSONReader(bytes)
            do {
                try reader.readObject { reader, name throws(JSONError) in
                    guard name == "responses", try reader.peek() == .array else {
                        try reader.skip()
                        return
                    }
                    isBatch = true
                    try reader.readArray { reader throws(JSONError) in
                        let (id, response) = try Self.response(from: &reader, of: body)
                        if let id { responses[id] = response }
                    }
                }
                try reader.finish()
            } catch {
                return nil
            }
            return isBatch ? responses : nil
        }
    }

    private static func response(
        from reader: inout JSONReader, of body: ByteBuffer
    ) throws(JSONError) -> (Int?, GraphResponse) {
        var id: Int?
        var response = GraphResponse(status: 0)
        try reader.readObject { reader, name throws(JSONError) in
            switch name {
            case "id": id = try reader.readIntegerIfPresent().flatMap { Int(exactly: $0) }
            case "status": response.status = Int(clamping: try reader.readIntegerIfPresent() ?? 0)
            case "headers" where try reader.peek() == .object:
                try reader.readObject { reader, name throws(JSONError) in
                    if let value = try reader.readStringIfPresent() { response.headers.add(name: name.string, value: value) }
                }
            case "body":
                let range = try reader.skip()
                // Within the readable bytes by construction.
                response.body = body.getSlice(at: body.readerIndex + range.lowerBound, length: range.count)!
            default: try reader.skip()
            }
        }
        return (id, response)
    }
}
