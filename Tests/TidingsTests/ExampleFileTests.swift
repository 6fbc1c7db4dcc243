import Configuration
import Testing

@testable import tidings

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `tidings.example.yaml` is written by hand; this holds it to what the program knows.
struct ExampleFileTests {
    private static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("tidings.example.yaml").path

    private func text() throws -> String { try #require(try TextFile.load(Self.path)) }

    /// The file as if nothing in it but prose were a comment.
    private func uncommented() throws -> String {
        try self.text().split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let line = String(line)
            guard let mark = line.firstIndex(of: "#"), mark < line.endIndex else { return line }
            let rest = line[line.index(after: mark)...].drop { $0 == " " }
            let word = rest.prefix { $0.isLetter }
            guard !word.isEmpty, rest.dropFirst(word.count).hasPrefix(":") else { return line }
            return line.replacingFirst("# ", with: "")
        }.joined(separator: "\n")
    }

    @Test func itIsTheDefaults() async throws {
        let sources = try await ConfigurationSources(file: Self.path, environment: [:])
        for key in ConfigurationKey.all {
            switch key.defaultValue {
            case .string(let value): #expect(sources.reader.string(forKey: ConfigKey(key.components)) == value)
            case .int(let value): #expect(sources.reader.int(forKey: ConfigKey(key.components)) == value)
            case .stringArray(let value) where !key.components.contains(ConfigurationKey.wildcard):
                #expect(sources.reader.stringArray(forKey: ConfigKey(key.components)) == value)
            default: break
            }
        }
        _ = try ServerSettings(sources)
    }

    @Test func everyKeyIsInItWithItsExplanation() throws {
        let text = try self.text()
        let prose = text.split(whereSeparator: { $0.isWhitespace || $0 == "#" }).joined(separator: " ")
        for key in ConfigurationKey.all {
            #expect(prose.contains(key.explanation), "\(key.path())")
            #expect(text.contains("\(key.components.last ?? ""): "), "\(key.path())")
        }
    }

    @Test func everythingInItIsAKey() throws {
        let file = try ConfigurationFile(checking: try self.uncommented(), path: "tidings.example.yaml")
        #expect(file.names.subscriptions == ["sales", "archive"])
        #expect(file.names.accounts == ["fabrikam"])
    }
}

extension String {
    fileprivate func replacingFirst(_ text: String, with other: String) -> String {
        guard let range = self.firstRange(of: text) else { return self }
        return self.replacingCharacters(in: range, with: other)
    }

    private func replacingCharacters(in range: Range<String.Index>, with other: String) -> String {
        self[..<range.lowerBound] + other + self[range.upperBound...]
    }
}
