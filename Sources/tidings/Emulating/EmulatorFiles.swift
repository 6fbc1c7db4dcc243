import GraphEmulator
import Yams

/// What the emulator reads and keeps in files: its seed, and the certificates it shows with TLS.
enum EmulatorFiles {
    /// The certificate that clients must trust.
    static let authority = "emulator-ca.pem"
    private static let certificate = "emulator-tls.pem"
    private static let privateKey = "emulator-tls-key.pem"

    /// Reads a seed file, in YAML or JSON.
    static func seed(_ path: String) throws(Failure) -> EmulatedSeed {
        guard let text = try TextFile.load(path) else { throw Failure("There is no file \(path); check --seed.") }
        let seed: EmulatedSeed
        do {
            seed = try YAMLDecoder().decode(EmulatedSeed.self, from: text)
        } catch {
            throw Failure("\(path): \(GraphEmulatorError.unreadableSeed(error).message)")
        }
        return seed
    }

    /// The certificates of the last time, or new ones if there are none or they end soon.
    ///
    /// - Parameter port: Where to listen with TLS.
    static func tls(port: Int, in directory: DataDirectory) throws(Failure) -> EmulatorTLS {
        if let authority = try TextFile.load(directory.file(Self.authority)),
            let certificate = try TextFile.load(directory.file(Self.certificate)),
            let privateKey = try TextFile.load(directory.file(Self.privateKey))
        {
            let kept = EmulatorTLS(port: port, authority: authority, certificate: certificate, privateKey: privateKey)
            if kept.isGood(at: EmulatorClock.system.now()) { return kept }
        }
        let made: EmulatorTLS
        do {
            made = try EmulatorTLS.random(port: port)
        } catch {
            throw Failure("No certificate could be made for TLS (\(error)).")
        }
        try TextFile.store(made.authority, to: directory.file(Self.authority))
        try TextFile.store(made.certificate, to: directory.file(Self.certificate))
        try TextFile.store(made.privateKey, to: directory.file(Self.privateKey))
        return made
    }
}
