/// Where a page of subscriptions begins: behind the one of this number. Callers see only its text.
struct SkipToken: Equatable {
    var number: Int

    init(number: Int) {
        self.number = number
    }

    init(_ text: String) throws(GraphRefusal) {
        guard text.hasPrefix("s"), let number = Int(text.dropFirst(), radix: 36), number >= 0,
            text == SkipToken(number: number).text
        else { throw .invalidOption("$skiptoken") }
        self.number = number
    }

    var text: String { "s" + String(self.number, radix: 36) }
}
