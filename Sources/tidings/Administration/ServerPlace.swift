/// Which running server a command speaks to, and how it proves that it may.
struct ServerPlace: Equatable, Sendable {
    static let urlVariable = "TIDINGS_URL"
    static let tokenVariable = "TIDINGS_ADMIN_TOKEN"
    /// Where `tidings serve` and `tidings dev` keep their data if nobody says otherwise.
    private static let usual = ["tidings-data", ".tidings/dev"]

    var url: String
    var token: String

    init(url: String, token: String) {
        self.url = url
        self.token = token
    }

    /// Looks where options and the environment say, and else in the data directory.
    ///
    /// - Parameters:
    ///   - url: The server's address, if it was given.
    ///   - token: The admin token, if it was given.
    ///   - directory: The data directory, if it was given.
    ///   - environment: All variables of the process.
    init(url: String?, token: String?, directory: String?, environment: [String: String]) throws(Failure) {
        let directory = directory ?? environment[ConfigurationKey.directory.environmentVariable()]
        let places = directory.map { [$0] } ?? Self.usual
        guard let url = try Self.first(url ?? environment[Self.urlVariable], in: places, Self.address) else {
            throw Failure(
                "No server is running with its data in \(places.joined(separator: " or ")); start it with tidings serve or tidings "
                    + "dev, or name another directory with --data, or an address with --url."
            )
        }
        guard let token = try Self.first(token ?? environment[Self.tokenVariable], in: places, Self.adminToken) else {
            throw Failure(
                "There is no admin token in \(places.joined(separator: " or ")); name the server's data directory with --data, or "
                    + "set \(Self.tokenVariable)."
            )
        }
        self.init(url: try ServerAddress.checked(url, option: "--url", example: "http://127.0.0.1:8080"), token: token)
    }

    private static func first(
        _ given: String?, in places: [String], _ load: (String) throws(Failure) -> String?
    ) throws(Failure) -> String? {
        if let given, !given.isEmpty { return given }
        for place in places {
            if let found = try load(place), !found.isEmpty { return found }
        }
        return nil
    }

    private static func address(in directory: String) throws(Failure) -> String? {
        try AddressFile(inDirectory: directory).load()
    }

    private static func adminToken(in directory: String) throws(Failure) -> String? {
        try TextFile.load("\(directory)/\(AdminToken.fileName)", maximumSize: 4096).map { String($0.filter { !$0.isWhitespace }) }
    }
}
