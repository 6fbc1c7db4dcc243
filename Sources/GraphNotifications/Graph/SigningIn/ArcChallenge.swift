import NIOHTTP1

/// Azure Arc's way to see that a program may read a file that only trusted ones may read.
enum ArcChallenge {
    /// Where the agent leaves such files. A path to another directory would be a trick to make a program send what it can read.
    static let directory = "/var/opt/azcmagent/tokens"
    static let largestFile = 4_096

    /// The file that `WWW-Authenticate: Basic realm=…` names.
    ///
    /// - Throws: ``GraphError/Code/credentialRefused`` if it names none, or one somewhere else.
    static func file(in headers: HTTPHeaders, directory: String = Self.directory) throws(GraphError) -> String {
        guard let challenge = headers["WWW-Authenticate"].first(where: { $0.lowercased().hasPrefix("basic realm=") }) else {
            throw GraphError(.credentialRefused, "The Azure Arc agent named no file to prove oneself with: update the agent.")
        }
        let path = String(challenge.dropFirst("basic realm=".count).filter { $0 != "\"" })
        guard let slash = path.lastIndex(of: "/"), path[..<slash] == directory, path.hasSuffix(".key") else {
            throw GraphError(
                .credentialRefused, "The Azure Arc agent named a file outside of \(directory); it was not read."
            )
        }
        return path
    }
}
