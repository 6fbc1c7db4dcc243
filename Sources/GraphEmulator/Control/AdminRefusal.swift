import HTTPTypes

/// Why the admin side does not do what it was asked to: one sentence.
struct AdminRefusal: Error, Equatable {
    var status: HTTPResponse.Status
    var sentence: String
    /// What may be done there instead.
    var allowed: [HTTPRequest.Method] = []

    /// Of more names than this, none is told but the one that was meant.
    private static let mostNames = 32

    init(_ status: HTTPResponse.Status, _ sentence: String) {
        self.status = status
        self.sentence = sentence
    }

    /// 400.
    init(_ sentence: String) {
        self.init(.badRequest, sentence)
    }

    init(_ error: GraphEmulatorError) {
        let isSomebody = [.unknownSubscription, .unknownTenant, .unknownApplication].contains(error.code)
        self.init(isSomebody ? .notFound : .badRequest, error.message)
    }

    static let foreignPage = AdminRefusal(
        .forbidden, "The emulator's admin side answers on addresses of this machine only, and no pages but its own."
    )

    static func methodNotAllowed(_ allowed: [HTTPRequest.Method]) -> AdminRefusal {
        var refusal = AdminRefusal(
            .methodNotAllowed, "This address can be used with \(allowed.map(\.rawValue).joined(separator: ", ")) only."
        )
        refusal.allowed = allowed
        return refusal
    }

    /// A word that does not exist, and the one that may have been meant.
    static func unknown(_ word: String, what: String, among known: [String]) -> AdminRefusal {
        let word = String(word.prefix(64))
        if let meant = Suggestion.nearest(to: word, among: known) {
            return AdminRefusal("There is no \(what) '\(word)'; did you mean '\(meant)'?")
        }
        guard !known.isEmpty else { return AdminRefusal("There is no \(what) '\(word)' here; leave it out.") }
        guard known.count <= Self.mostNames else { return AdminRefusal("There is no \(what) '\(word)'.") }
        return AdminRefusal("There is no \(what) '\(word)'; there is \(known.joined(separator: ", ")).")
    }
}
