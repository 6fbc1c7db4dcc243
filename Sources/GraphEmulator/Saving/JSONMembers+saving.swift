import NIOCore

/// Kept as the text of a JSON object, because the order of members is lost in what a decoder reads.
extension JSONMembers: Codable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let members = try? JSONValue(ByteBuffer(string: container.decode(String.self))).object else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no JSON object")
        }
        self = members
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(String(buffer: JSONObject(self).bytes))
    }
}
