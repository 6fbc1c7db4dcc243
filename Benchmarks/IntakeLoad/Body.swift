import NIOCore

/// The body of a `POST` as the emulator made it, to be sent again and again, each time as news.
struct Body: Sendable {
    /// What tells one version of an object from another.
    private static let mark = Array(#""@odata.etag":"W/\""#.utf8)
    private static let digits = 12

    private(set) var bytes: ByteBuffer
    /// Where a number stands in the version of each item.
    private var places: [Int] = []

    /// - Parameters:
    ///   - captured: Bodies of one item each, which become one.
    ///   - head: What stands before it.
    init(_ captured: some Collection<String>, head: (_ length: Int) -> String = { _ in "" }) throws {
        let items = captured.map { body -> Substring in
            let end = body.firstRange(of: "],\"validationTokens\":")?.lowerBound ?? body.index(body.endIndex, offsetBy: -2)
            return body[body.index(body.startIndex, offsetBy: 10)..<end]
        }
        let tokens = captured.first.flatMap { body in
            body.firstRange(of: "],\"validationTokens\":").map { String(body[$0.lowerBound...]) }
        }
        let text = "{\"value\":[" + items.joined(separator: ",") + (tokens ?? "]}")
        self.bytes = ByteBuffer(string: head(text.utf8.count) + text)
        let view = self.bytes.readableBytesView
        var rest = view[...]
        while let place = rest.firstRange(of: Self.mark) {
            self.places.append(place.upperBound)
            rest = rest[place.upperBound...]
        }
        // Its end is the quotation mark, which is escaped.
        let fits = self.places.allSatisfy { view[$0..<($0 + Self.digits)].allSatisfy { $0 != UInt8(ascii: "\\") } }
        guard fits, self.places.count == items.count else {
            throw Source.Failed(description: "A notification does not say which version it is of.")
        }
    }

    /// The same, of other versions of the same objects.
    ///
    /// - Parameter number: The last that was used.
    func numbered(_ number: inout Int) -> ByteBuffer {
        var bytes = self.bytes
        for place in self.places {
            number += 1
            var rest = number
            for index in stride(from: place + Self.digits - 1, through: place, by: -1) {
                bytes.setInteger(UInt8(ascii: "0") + UInt8(rest % 10), at: index)
                rest /= 10
            }
        }
        return bytes
    }
}
