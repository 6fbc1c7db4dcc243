#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Where a running server is, kept in its data directory for commands on the same machine.
struct AddressFile: Sendable {
    static let name = "address"

    let path: String

    init(inDirectory directory: String) {
        self.path = directory.hasSuffix("/") ? directory + Self.name : "\(directory)/\(Self.name)"
    }

    /// - Returns: `nil` if no server has said.
    func load() throws(Failure) -> String? {
        try TextFile.load(self.path, maximumSize: 4096).map { String($0.filter { !$0.isWhitespace }) }
    }

    func store(_ url: String) throws(Failure) { try TextFile.store(url + "\n", to: self.path) }

    /// A server that ends is nowhere.
    func remove() { unlink(self.path) }
}
