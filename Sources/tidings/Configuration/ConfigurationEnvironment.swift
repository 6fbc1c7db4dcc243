import GraphEmulator

/// The settings in the environment: `http.port` is `TIDINGS_HTTP_PORT`.
enum ConfigurationEnvironment {
    static let prefix = "TIDINGS_"

    /// Variables that mean something to other commands, and to those who build and test the program.
    private static let foreign =
        ["TIDINGS_TEST", "TIDINGS_BENCHMARKS", "TIDINGS_BINARY"] + [ServerPlace.urlVariable, ServerPlace.tokenVariable]

    /// Refuses variables that look like settings and are none, and values that cannot be.
    ///
    /// - Parameters:
    ///   - environment: All variables of the process.
    ///   - names: The names that the configuration file declares.
    static func check(_ environment: [String: String], names: ConfigurationNames) throws(Failure) {
        var known: [String: ConfigurationKey] = [:]
        for key in ConfigurationKey.all {
            if let section = key.namedSection {
                for name in names[ofSection: section] { known[key.environmentVariable(of: name)] = key }
            } else {
                known[key.environmentVariable()] = key
            }
        }
        for (variable, value) in self.settings(in: environment).sorted(by: { $0.key < $1.key }) {
            guard let key = known[variable] else {
                let meant = Suggestion.nearest(to: variable, among: known.keys.sorted()).map { "did you mean \($0)?" }
                throw Failure(
                    "The environment variable \(variable.withoutControlCharacters) is not a setting; "
                        + (meant ?? "remove it, or see tidings.example.yaml for those there are.")
                )
            }
            do {
                _ = try key.kind.content(of: value)
            } catch {
                throw Failure("\(variable) \(error.text)")
            }
        }
    }

    /// The variables that are, or look like, settings. An empty one is as good as none.
    static func settings(in environment: [String: String]) -> [String: String] {
        environment.filter { variable, value in
            variable.hasPrefix(self.prefix) && !value.isEmpty && !self.foreign.contains(where: variable.hasPrefix)
        }
    }

    /// One component of a key as part of a variable: `clientSecret` is `CLIENT_SECRET`.
    static func word(_ component: String) -> String {
        var word = ""
        var previousIsLowercase = false
        for character in component {
            if character.isUppercase, previousIsLowercase { word.append("_") }
            word += character.isLetter || character.isNumber ? character.uppercased() : "_"
            previousIsLowercase = character.isLowercase
        }
        return word
    }
}
