#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What was declared while the program ran, kept in the data directory for its next start. It holds no secret.
struct DeclarationFile: Sendable {
    static let name = "declared-subscriptions.json"

    let path: String

    init(in directory: DataDirectory) {
        self.path = directory.file(Self.name)
    }

    /// - Returns: Nothing if there is no file.
    func load() throws(Failure) -> [SubscriptionDeclaration] {
        guard let text = try TextFile.load(self.path) else { return [] }
        guard let listed = try? JSONDecoder().decode(Listed<SubscriptionDeclaration>.self, from: Data(text.utf8)) else {
            throw Failure("\(self.path) does not hold declared subscriptions; put it right, or remove it and declare them again.")
        }
        return listed.value
    }

    func store(_ declarations: [SubscriptionDeclaration]) throws(Failure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(Listed(value: declarations)) else {
            throw Failure("The declared subscriptions cannot be written to \(self.path).")
        }
        try TextFile.store(String(decoding: data, as: UTF8.self) + "\n", to: self.path)
    }
}
