import GraphNotifications

/// A moment as Graph writes it: `2026-11-29T09:30:00.000Z`.
struct Moment: Codable, Equatable, Sendable {
    /// Milliseconds since 1970.
    var milliseconds: Int64

    init(_ milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let milliseconds = GraphTime.milliseconds(iso8601: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "It is no moment.")
        }
        self.milliseconds = milliseconds
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.text)
    }

    var text: String { GraphTime.iso8601(self.milliseconds) }
}
