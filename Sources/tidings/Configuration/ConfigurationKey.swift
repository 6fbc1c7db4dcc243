import Configuration
import GraphEmulator

/// One key of the configuration: what it is called, what it may be, what it is without being set, and what it is for.
struct ConfigurationKey: Sendable {
    /// What a value may be.
    enum Kind: Sendable {
        case text
        case integer(ClosedRange<Int>)
        case boolean
        case choice([String])
        /// A list of words: any, or only these.
        case list([String]?)
    }

    /// Stands for a name that the user chose, within ``components``.
    static let wildcard = "*"

    let components: [String]
    let kind: Kind
    /// The value without being set; `nil` if there is none.
    let defaultValue: ConfigContent?
    /// Whether the value must never be shown.
    let isSecret: Bool
    /// One sentence for the user.
    let explanation: String

    /// - Parameter path: The components, separated by dots.
    init(
        _ path: String, _ kind: Kind, default defaultValue: ConfigContent? = nil, isSecret: Bool = false,
        _ explanation: String
    ) {
        self.components = path.split(separator: ".").map(String.init)
        self.kind = kind
        self.defaultValue = defaultValue
        self.isSecret = isSecret
        self.explanation = explanation
    }

    /// The components with a name in the place of the wildcard.
    func components(of name: String?) -> [String] {
        guard let name else { return self.components }
        return self.components.map { $0 == Self.wildcard ? name : $0 }
    }

    /// The section whose names the user chooses, such as `subscriptions`; `nil` if there is none on the way to this key.
    var namedSection: [String]? {
        self.components.firstIndex(of: Self.wildcard).map { Array(self.components[..<$0]) }
    }

    /// The name that stands at the wildcard within a path of this key.
    func name(in path: [String]) -> String? {
        self.namedSection.map { path[$0.count] }
    }

    /// How it is written in a message: `http.port`.
    func path(of name: String? = nil) -> String { self.components(of: name).joined(separator: ".") }

    /// The environment variable that sets it: `TIDINGS_HTTP_PORT`.
    func environmentVariable(of name: String? = nil) -> String {
        ConfigurationEnvironment.prefix + self.components(of: name).map(ConfigurationEnvironment.word).joined(separator: "_")
    }

    /// Whether it is the key at `path`, whatever name stands at the wildcard.
    func matches(_ path: [String]) -> Bool {
        path.count == self.components.count && self.begins(with: path)
    }

    /// Whether `path` is a section that leads to it.
    func begins(with path: [String]) -> Bool {
        path.count <= self.components.count
            && zip(path, self.components).allSatisfy { $0 == $1 || $1 == Self.wildcard }
    }
}

extension ConfigurationKey.Kind {
    /// What is wrong with a value: the rest of a sentence that begins with the key.
    struct Problem: Error, Equatable {
        let text: String
    }

    /// What `text` says, as one of the environment or of an option: lists are separated by commas.
    func content(of text: String) throws(Problem) -> ConfigContent {
        switch self {
        case .text:
            guard !text.isEmpty else { throw Problem(text: "must not be empty.") }
            return .string(text)
        case .integer(let range):
            guard let number = Int(text), range.contains(number) else { throw Problem(text: "must be \(self).") }
            return .int(number)
        case .boolean:
            guard let value = ["true": true, "false": false][text] else { throw Problem(text: "must be \(self).") }
            return .bool(value)
        case .choice(let words):
            try Self.check(text, isOneOf: words)
            return .string(text)
        case .list:
            let words = text.split(separator: ",").map { String($0.trimmingPrefix(" ")) }
            return try self.content(of: words)
        }
    }

    /// What a list of words says.
    func content(of words: [String]) throws(Problem) -> ConfigContent {
        guard case .list(let allowed) = self else { throw Problem(text: "must be \(self), and not a list.") }
        if let allowed {
            for word in words { try Self.check(word, isOneOf: allowed) }
        }
        return .stringArray(words)
    }

    private static func check(_ word: String, isOneOf words: [String]) throws(Problem) {
        guard !words.contains(word) else { return }
        let choice = words.count == 1 ? words[0] : words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
        let meant = Suggestion.nearest(to: word, among: words).map { "; did you mean \($0)?" } ?? "."
        throw Problem(text: "must be \(choice), and not \(word.withoutControlCharacters)\(meant)")
    }
}

extension ConfigurationKey.Kind: CustomStringConvertible {
    var description: String {
        switch self {
        case .text: "a text"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .boolean: "true or false"
        case .choice(let words): "one of " + words.joined(separator: ", ")
        case .list: "a list, such as [one, two]"
        }
    }
}
