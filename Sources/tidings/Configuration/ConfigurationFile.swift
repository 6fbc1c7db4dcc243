import Yams

/// A configuration file, checked as a whole before anything is read from it: a word that means nothing is refused.
struct ConfigurationFile: Equatable {
    /// The names that the user chose, in the order of the file.
    private(set) var names = ConfigurationNames()
    /// Whether it sets nothing.
    private(set) var isEmpty = true
    private let path: String

    /// - Parameters:
    ///   - yaml: The text of the file.
    ///   - path: Its path, for messages.
    init(checking yaml: String, path: String) throws(Failure) {
        self.path = path
        let root: Node?
        do {
            root = try Yams.compose(yaml: yaml)
        } catch {
            throw Failure(Self.sentence(path, error))
        }
        guard let root, !Self.isNull(root) else { return }
        guard let mapping = root.mapping else {
            throw Failure("\(path) must hold keys and their values, such as http: and port: 8080.")
        }
        self.isEmpty = false
        try self.check(mapping, below: [])
    }

    private mutating func check(_ mapping: Node.Mapping, below section: [String]) throws(Failure) {
        for (name, value) in mapping {
            guard let word = name.scalar?.string else { throw self.failure(at: name, "a key must be a word.") }
            let path = section + [word]
            if let key = ConfigurationKey.key(at: path) {
                try self.check(value, of: key, at: path)
            } else if !ConfigurationKey.words(after: path).isEmpty {
                if ConfigurationNames.sections.contains(section) { try self.declare(word, in: section, at: name) }
                try self.check(section: value, at: path)
            } else {
                throw self.failure(at: name, ConfigurationKey.unknown(path))
            }
        }
    }

    private mutating func check(section: Node, at path: [String]) throws(Failure) {
        if let mapping = section.mapping {
            try self.check(mapping, below: path)
        } else if !Self.isNull(section) {
            let word = ConfigurationKey.words(after: path).first { $0 != ConfigurationKey.wildcard } ?? "a name"
            throw self.failure(
                at: section, "\(Self.shown(path)) must hold keys of its own, such as \(word), and not a value."
            )
        }
    }

    private mutating func declare(_ name: String, in section: [String], at node: Node) throws(Failure) {
        guard name.utf8.count <= 64, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
        else {
            throw self.failure(
                at: node,
                "the name \(name.withoutControlCharacters) may hold letters, digits, hyphens and underscores only, "
                    + "64 at most."
            )
        }
        self.names.add(name, in: section)
    }

    private func check(_ value: Node, of key: ConfigurationKey, at path: [String]) throws(Failure) {
        guard !Self.isNull(value) else {
            throw self.failure(at: value, "\(Self.shown(path)) has no value; give it one or remove the line.")
        }
        do throws(ConfigurationKey.Kind.Problem) {
            if let sequence = value.sequence {
                var words: [String] = []
                for element in sequence {
                    guard let word = element.scalar?.string else { throw .init(text: "must be \(key.kind).") }
                    words.append(word)
                }
                _ = try key.kind.content(of: words)
            } else if let scalar = value.scalar {
                if case .list = key.kind { throw .init(text: "must be \(key.kind).") }
                _ = try key.kind.content(of: scalar.string)
            } else {
                throw .init(text: "must be \(key.kind).")
            }
        } catch {
            throw self.failure(at: value, "\(Self.shown(path)) \(error.text)")
        }
    }

    private func failure(at node: Node, _ problem: String) -> Failure {
        let line = node.mark.map { ", line \($0.line)" } ?? ""
        return Failure("\(self.path)\(line): \(problem)")
    }

    private static func shown(_ path: [String]) -> String { path.joined(separator: ".").withoutControlCharacters }

    private static func isNull(_ node: Node) -> Bool {
        guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    private static func sentence(_ path: String, _ error: any Error) -> String {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            "\(path), line \(mark.line), column \(mark.column): \(problem.withoutControlCharacters)."
        case .duplicatedKeysInMapping(let duplicates, let context):
            "\(path), line \(context.mark.line): \(duplicates.joined(separator: ", ").withoutControlCharacters) is written twice."
        default:
            "\(path) is not YAML; it may not be text in UTF-8."
        }
    }
}
