import ArgumentParser
import GraphNotifications

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `tidings certificate`: what rich notifications are sealed for.
struct CertificateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate",
        abstract: "Make and list the certificates that Graph encrypts notifications for.",
        subcommands: [New.self, Rotate.self, List.self]
    )

    /// Where the certificates are.
    struct Place: ParsableArguments {
        @Option(help: ArgumentHelp("The folder of the certificates, as in graph.certificates.", valueName: "folder"))
        var folder = "tidings-data/certificates"

        var certificates: CertificateFolder { CertificateFolder(path: self.folder) }
    }

    /// How a new one is made.
    struct Making: ParsableArguments {
        @Option(help: "What it is called; graph- and today's date if it is not given.")
        var name: String?
        @Option(help: "How many bits its key has: 2048, 3072 or 4096.")
        var bits = 2048

        func validate() throws {
            guard [2048, 3072, 4096].contains(self.bits) else { throw ValidationError("--bits must be 2048, 3072 or 4096.") }
            guard let name = self.name else { return }
            guard !name.isEmpty, name.count <= 64,
                name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }),
                !name.hasPrefix(".")
            else { throw ValidationError("--name may have letters, digits, dots, hyphens and underscores: 64 at most.") }
        }

        /// The name that was given, or one of today that is free.
        func name(besides names: [String]) -> String {
            if let name = self.name { return name }
            let day = "graph-" + Date.now.formatted(.iso8601.year().month().day())
            guard names.contains(where: { $0 == day || $0.hasPrefix(day + "-") }) else { return day }
            // In the order of names 10 comes before 2.
            var number = 2
            while names.contains(day + Self.suffix(number)) { number += 1 }
            return day + Self.suffix(number)
        }

        private static func suffix(_ number: Int) -> String {
            "-" + String(repeating: "0", count: number < 10 ? 1 : 0) + "\(number)"
        }
    }

    /// `tidings certificate new`
    struct New: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make the first certificate.")

        @OptionGroup var place: Place
        @OptionGroup var making: Making

        func run() async throws {
            let folder = self.place.certificates
            let names = try folder.names()
            guard names.isEmpty else {
                throw Failure(
                    "There is a certificate already, '\(names[0])'; to put another in its place, tidings certificate rotate.")
            }
            let key = try folder.make(self.making.name(besides: names), bits: self.making.bits)
            try Terminal.say(
                """
                Made \(folder.file(of: key.id))
                Set includeResourceData: true at a subscription, and Graph encrypts what it sends for this certificate.
                Keep a copy of the file: without it, nothing that was encrypted for it can be read.
                """
            )
        }
    }

    /// `tidings certificate rotate`
    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make another certificate, which takes the place of the current one.",
            discussion: """
                A running relay finds it within a minute, and tells Graph at the next renewal of each subscription. Those before \
                it go on being used for what is on its way. Remove their files when all subscriptions were renewed and a day \
                has passed.
                """
        )

        @OptionGroup var place: Place
        @OptionGroup var making: Making

        func run() async throws {
            let folder = self.place.certificates
            let names = try folder.names()
            guard let current = names.first else {
                throw Failure("There is no certificate in \(folder.path) yet; make one with tidings certificate new.")
            }
            let key = try folder.make(self.making.name(besides: names), bits: self.making.bits)
            try Terminal.say("Made \(folder.file(of: key.id)), which takes the place of '\(current)'.")
        }
    }

    /// `tidings certificate list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the certificates, the current one first.")

        @OptionGroup var place: Place

        func run() async throws {
            let keys = try self.place.certificates.load()
            guard !keys.isEmpty else {
                throw Failure("There is no certificate in \(self.place.folder); make one with tidings certificate new.")
            }
            for (index, key) in keys.enumerated() {
                try Terminal.say("\(key.id)  \(key.thumbprint)\(index == 0 ? "  current" : "")")
            }
        }
    }
}
