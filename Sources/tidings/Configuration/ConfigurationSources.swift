import Configuration

/// The configuration from all its sources: options, then the environment, then the file, then the defaults.
struct ConfigurationSources {
    let reader: ConfigReader
    /// The names of what the file declares.
    let names: ConfigurationNames
    /// All variables of the process, for those that are not ours.
    let environment: [String: String]

    /// Checks and gathers the sources.
    ///
    /// - Parameters:
    ///   - file: The path of the configuration file, if there is one.
    ///   - environment: All variables of the process.
    ///   - options: What was given as an option of its own, by key.
    ///   - assignments: What was given as `key=value`.
    init(
        file: String?, environment: [String: String], options: [(key: ConfigurationKey, value: ConfigContent)] = [],
        assignments: [String] = []
    ) async throws(Failure) {
        var providers: [any ConfigProvider] = []
        var names = ConfigurationNames()
        var fromFile: (any ConfigProvider)?
        if let file {
            guard let yaml = try TextFile.load(file) else {
                throw Failure("The configuration file \(file) does not exist; name another with --config.")
            }
            let checked = try ConfigurationFile(checking: yaml, path: file)
            names = checked.names
            if !checked.isEmpty { fromFile = try await Self.provider(of: file) }
        }
        try ConfigurationEnvironment.check(environment, names: names)

        var given: [AbsoluteConfigKey: ConfigValue] = [:]
        for assignment in assignments {
            let (path, key, value) = try Self.assignment(assignment, names: names)
            given[AbsoluteConfigKey(path)] = ConfigValue(value, isSecret: key.isSecret)
        }
        for (key, value) in options { given[AbsoluteConfigKey(key.components)] = ConfigValue(value, isSecret: key.isSecret) }
        providers.append(InMemoryProvider(name: "options", values: given))
        providers.append(
            EnvironmentVariablesProvider(
                environmentVariables: ConfigurationEnvironment.settings(in: environment), secretsSpecifier: .all
            ).prefixKeys(with: "tidings")
        )
        if let fromFile { providers.append(fromFile) }
        self.reader = ConfigReader(providers: providers)
        self.names = names
        self.environment = environment
    }

    private static func provider(of file: String) async throws(Failure) -> any ConfigProvider {
        do {
            let path = InMemoryProvider(values: ["filePath": ConfigValue(.string(file), isSecret: false)])
            return try await FileProvider<YAMLSnapshot>(
                parsingOptions: .init(secretsSpecifier: .all), config: ConfigReader(provider: path)
            )
        } catch {
            throw Failure("The configuration file \(file) cannot be read; check its permissions.")
        }
    }

    private static func assignment(
        _ text: String, names: ConfigurationNames
    ) throws(Failure) -> (path: [String], key: ConfigurationKey, value: ConfigContent) {
        guard let equals = text.firstIndex(of: "=") else {
            throw Failure("--set needs a key and a value, such as --set http.port=8080.")
        }
        let path = text[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let key = ConfigurationKey.key(at: path) else { throw Failure("--set: " + ConfigurationKey.unknown(path)) }
        let name = key.name(in: path)
        if let section = key.namedSection, let name, !names[ofSection: section].contains(name) {
            throw Failure(
                "--set: \((section + [name]).joined(separator: ".").withoutControlCharacters) is not in the configuration file."
            )
        }
        let shown = path.joined(separator: ".")
        guard !key.isSecret else {
            throw Failure(
                "\(shown) is a secret, which others could read off the command line; "
                    + "set \(key.environmentVariable(of: name)) instead."
            )
        }
        do {
            return (path, key, try key.kind.content(of: String(text[text.index(after: equals)...])))
        } catch {
            throw Failure("\(shown) \(error.text)")
        }
    }
}

extension ConfigReader {
    /// The value of a text or a choice. The sources are checked, so that nothing is there and yet of another type.
    func text(_ key: ConfigurationKey, of name: String? = nil) -> String? {
        let value = self.string(forKey: ConfigKey(key.components(of: name)), isSecret: key.isSecret)
        if let value { return value }
        guard case .string(let standard) = key.defaultValue else { return nil }
        return standard
    }

    /// The value of a whole number.
    func integer(_ key: ConfigurationKey, of name: String? = nil) -> Int? {
        let value = self.int(forKey: ConfigKey(key.components(of: name)), isSecret: key.isSecret)
        if let value { return value }
        guard case .int(let standard) = key.defaultValue else { return nil }
        return standard
    }

    /// The value of what is true or false; `false` if it has none.
    func boolean(_ key: ConfigurationKey, of name: String? = nil) -> Bool {
        let value = self.bool(forKey: ConfigKey(key.components(of: name)), isSecret: key.isSecret)
        if let value { return value }
        guard case .bool(let standard) = key.defaultValue else { return false }
        return standard
    }

    /// The value of a list; empty if it has none.
    func list(_ key: ConfigurationKey, of name: String? = nil) -> [String] {
        if let value = self.listIfSet(key, of: name) { return value }
        guard case .stringArray(let standard) = key.defaultValue else { return [] }
        return standard
    }

    /// The value of a list, if somebody set it.
    func listIfSet(_ key: ConfigurationKey, of name: String? = nil) -> [String]? {
        self.stringArray(forKey: ConfigKey(key.components(of: name)), isSecret: key.isSecret)
    }
}
