#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where somebody is who asks what has changed. Callers see only its text.
struct DeltaToken: Sendable, Equatable {
    /// Which collection it is about.
    var place: String
    /// The change up to which the round before has told; -1 if there was none.
    var since: Int
    /// The change up to which this round has told.
    var after: Int
    /// The last change of this round; `nil` between two rounds.
    var upTo: Int?
    /// Whether the empty page of this round has been shown.
    var hasShownEmptyPage = false
    /// When it was given out first, in milliseconds since 1970.
    var issuedAt: Int64
    /// The query of the first request.
    var query: String

    init(place: String, since: Int, issuedAt: Int64, query: String) {
        self.place = place
        self.since = since
        self.after = since
        self.issuedAt = issuedAt
        self.query = query
    }

    /// Reads what was given out; `nil` if that was not.
    init?(_ text: String) {
        let base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: base64 + padding), let content = String(validating: data, as: UTF8.self) else {
            return nil
        }
        let fields = content.split(separator: "\n", omittingEmptySubsequences: false)
        guard fields.count == 7, let since = Int(fields[1]), let after = Int(fields[2]), let issuedAt = Int64(fields[5]) else {
            return nil
        }
        self.init(place: String(fields[0]), since: since, issuedAt: issuedAt, query: String(fields[6]))
        self.after = after
        self.upTo = Int(fields[3])
        self.hasShownEmptyPage = fields[4] == "1"
    }

    /// Whether it belongs to somebody who asks for the first time.
    var isFirst: Bool { self.since < 0 }

    var text: String {
        let fields = [
            self.place, "\(self.since)", "\(self.after)", self.upTo.map { "\($0)" } ?? "", self.hasShownEmptyPage ? "1" : "0",
            "\(self.issuedAt)", self.query,
        ]
        return Data(fields.joined(separator: "\n").utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
