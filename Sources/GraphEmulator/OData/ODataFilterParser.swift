/// Reads `$filter`.
struct ODataFilterParser {
    private enum Token: Equatable {
        case word(String)
        case text(String)
        case open, close, comma, colon
    }

    /// More parentheses than this inside each other are refused.
    private static let maximumDepth = 32

    private var tokens: ArraySlice<Token>
    private var depth = 0

    /// Reads the whole of a condition; `nil` if it is not one.
    static func parse(_ text: String) -> ODataFilter? {
        guard let tokens = Self.tokens(text) else { return nil }
        var parser = ODataFilterParser(tokens: tokens[...])
        guard let filter = parser.alternatives(), parser.tokens.isEmpty else { return nil }
        return filter
    }

    private static func tokens(_ text: String) -> [Token]? {
        var tokens: [Token] = []
        var rest = text[...]
        while let character = rest.first {
            switch character {
            case " ", "\t": rest.removeFirst()
            case "(", ")", ",", ":":
                rest.removeFirst()
                tokens.append(character == "(" ? .open : character == ")" ? .close : character == "," ? .comma : .colon)
            case "'":
                guard let value = Self.quoted(&rest) else { return nil }
                tokens.append(.text(value))
            default:
                // Moments have colons.
                let isMoment = character.isNumber
                let word = rest.prefix { !" \t(),'".contains($0) && (isMoment || $0 != ":") }
                tokens.append(.word(String(word)))
                rest = rest[word.endIndex...]
            }
        }
        return tokens
    }

    /// `'it''s'` means it's.
    private static func quoted(_ rest: inout Substring) -> String? {
        rest.removeFirst()
        var value = ""
        while let character = rest.popFirst() {
            guard character == "'" else {
                value.append(character)
                continue
            }
            guard rest.first == "'" else { return value }
            value.append("'")
            rest.removeFirst()
        }
        return nil
    }

    private mutating func alternatives() -> ODataFilter? {
        guard var filter = self.conjunction() else { return nil }
        while self.take(word: "or") {
            guard let next = self.conjunction() else { return nil }
            filter = .or(filter, next)
        }
        return filter
    }

    private mutating func conjunction() -> ODataFilter? {
        guard var filter = self.condition() else { return nil }
        while self.take(word: "and") {
            guard let next = self.condition() else { return nil }
            filter = .and(filter, next)
        }
        return filter
    }

    private mutating func condition() -> ODataFilter? {
        self.depth += 1
        defer { self.depth -= 1 }
        guard self.depth < Self.maximumDepth else { return nil }
        if self.take(word: "not") { return self.condition().map { .not($0) } }
        if self.take(.open) {
            guard let filter = self.alternatives(), self.take(.close) else { return nil }
            return filter
        }
        guard case .word(let name) = self.tokens.popFirst() else { return nil }
        if self.take(.open) {
            guard let call = self.call(name) else { return nil }
            // Some write `startswith(…) eq true`.
            guard self.take(word: "eq") else { return call }
            return self.literal()?.bool.map { $0 ? call : .not(call) }
        }
        let path = name.split(separator: "/").map(String.init)
        guard !path.isEmpty, case .word(let word) = self.tokens.first else { return path.isEmpty ? nil : .flag(path) }
        if word == "in" {
            self.tokens.removeFirst()
            return self.list().map { .isOneOf(path, $0) }
        }
        guard let comparison = ODataFilter.Comparison(rawValue: word) else { return .flag(path) }
        self.tokens.removeFirst()
        return self.literal().map { .compare(path, comparison, $0) }
    }

    /// What stands behind the opening parenthesis of a function or of `any`.
    private mutating func call(_ name: String) -> ODataFilter? {
        var path = name.split(separator: "/").map(String.init)
        if path.last == "any" {
            path.removeLast()
            guard case .word(let variable) = self.tokens.popFirst(), self.take(.colon), let filter = self.alternatives(),
                self.take(.close)
            else { return nil }
            return .any(path, variable, filter)
        }
        guard let function = ODataFilter.Function(rawValue: name.lowercased()), case .word(let property) = self.tokens.popFirst(),
            self.take(.comma), case .text(let text) = self.tokens.popFirst(), self.take(.close)
        else { return nil }
        return .call(function, property.split(separator: "/").map(String.init), text)
    }

    private mutating func list() -> [JSONValue]? {
        guard self.take(.open) else { return nil }
        var values: [JSONValue] = []
        repeat {
            guard let value = self.literal() else { return nil }
            values.append(value)
        } while self.take(.comma)
        return self.take(.close) ? values : nil
    }

    private mutating func literal() -> JSONValue? {
        switch self.tokens.popFirst() {
        case .text(let text): .string(text)
        case .word("true"): .bool(true)
        case .word("false"): .bool(false)
        case .word("null"): .null
        case .word(let word): Int64(word).map { .integer($0) } ?? Double(word).map { .number($0) } ?? .string(word)
        default: nil
        }
    }

    private mutating func take(_ token: Token) -> Bool {
        guard self.tokens.first == token else { return false }
        self.tokens.removeFirst()
        return true
    }

    private mutating func take(word: String) -> Bool { self.take(.word(word)) }
}
