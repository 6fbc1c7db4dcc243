/// A key that the value's own type does not have: an index, or `super`.
struct MessagePackKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    static let `super` = MessagePackKey(stringValue: "super")

    init(index: Int) {
        self.stringValue = "Index \(index)"
        self.intValue = index
    }

    init(stringValue: String) {
        self.stringValue = stringValue
        self.intValue = nil
    }

    init?(intValue: Int) { self.init(index: intValue) }
}
