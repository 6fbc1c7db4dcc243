#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A secret that a platform left in a file.
enum SmallFile {
    /// The text of a file, without white space around it.
    ///
    /// It is read at once: such files are a few kilobytes in memory, and read once an hour.
    ///
    /// - Throws: ``GraphError/Code/credentialRefused`` if it cannot be read, is not text, or is larger than `limit` bytes.
    static func text(at path: String, upTo limit: Int) throws(GraphError) -> String {
        let data: Data
        do {
            // A device or a pipe has no size and might never end.
            let attributes = try FileManager.default.attributesOfItem(atPath: Self.target(of: path))
            let size = (attributes[.size] as? UInt64) ?? (attributes[.size] as? UInt).map { UInt64($0) }
            guard let size, size <= UInt64(limit) else {
                throw GraphError(.credentialRefused, "The file \(path) is larger than \(limit) bytes; it was not read.")
            }
            data = try Data(contentsOf: URL(filePath: path))
        } catch let error as GraphError {
            throw error
        } catch {
            throw GraphError(
                .credentialRefused, "The file \(path) cannot be read: check that it is there and who may read it.",
                cause: error
            )
        }
        guard data.count <= limit, let text = String(validating: data, as: UTF8.self) else {
            throw GraphError(.credentialRefused, "The file \(path) is not text.")
        }
        return String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    /// Kubernetes mounts its files as links.
    private static func target(of path: String) -> String {
        URL(filePath: path).resolvingSymlinksInPath().path
    }
}
