import GraphNotifications

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The certificates for rich notifications: a folder with a file for each, `NAME.pem`, that holds it and its private key.
///
/// The last in the order of names is the current one. Only the owner of a file may read it.
struct CertificateFolder: Sendable {
    private static let suffix = ".pem"

    let path: String

    /// All certificates, the current one first; none if there is no folder.
    func load() throws(Failure) -> [DecryptionKey] {
        var keys: [DecryptionKey] = []
        for name in try self.names() {
            let file = self.file(of: name)
            guard let text = try TextFile.load(file, maximumSize: 64 << 10) else { continue }
            do {
                keys.append(try DecryptionKey(id: name, pem: text))
            } catch {
                throw Failure("\(file) is no certificate for notifications: \(error)")
            }
        }
        return keys
    }

    /// The names, the current one first.
    func names() throws(Failure) -> [String] {
        guard FileManager.default.fileExists(atPath: self.path) else { return [] }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: self.path).filter { $0.hasSuffix(Self.suffix) }
                .map { String($0.dropLast(Self.suffix.count)) }.sorted(by: >)
        } catch {
            throw Failure("The folder \(self.path) cannot be read; check the path and its permissions.")
        }
    }

    /// Makes a certificate, which is the current one from then on.
    ///
    /// - Parameters:
    ///   - name: What it is called; behind all that are there in the order of names.
    ///   - bits: How many bits its key has.
    func make(_ name: String, bits: Int) throws(Failure) -> DecryptionKey {
        _ = try DataDirectory(self.path)
        let names = try self.names()
        guard !names.contains(name) else {
            throw Failure("There is a certificate '\(name)' in \(self.path) already; choose another name with --name.")
        }
        if let last = names.first, name < last {
            throw Failure(
                "'\(name)' comes before '\(last)', which would stay the current certificate; choose a name behind it with --name."
            )
        }
        do {
            let new = try NewCertificate(name: name, bits: bits)
            let text = new.certificatePEM + "\n" + new.privateKeyPEM + "\n"
            let key = try DecryptionKey(id: name, pem: text)
            try TextFile.store(text, to: self.file(of: name))
            return key
        } catch {
            throw Failure(error)
        }
    }

    func file(of name: String) -> String { "\(self.path)/\(name)\(Self.suffix)" }
}
