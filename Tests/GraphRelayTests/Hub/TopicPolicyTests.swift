import SignalR
import Testing

@testable import GraphRelay

@Suite struct TopicPolicyTests {
    private let ann = HubUser(id: "Ann", claims: ["role": "sales", "scope": "x"])

    @Test func openIsOpen() {
        #expect(TopicPolicy.open.allows("user/bob", to: nil))
        #expect(TopicPolicy.open.patterns(for: nil) == ["*"])
    }

    @Test func nobodyWithoutSigningIn() {
        let policy = TopicPolicy.signedIn(rules: [.init(topics: ["*"])])
        #expect(!policy.allows("all", to: nil))
        #expect(policy.patterns(for: nil).isEmpty)
    }

    @Test func onesOwnAndNothingElse() {
        let policy = TopicPolicy.signedIn()
        #expect(policy.allows("user/ann", to: self.ann))
        for topic in ["user/bob", "user/ann2", "user/an", "user/", "all", "subscription/sales"] {
            #expect(!policy.allows(topic, to: self.ann), "\(topic)")
        }
    }

    @Test func rulesAddTopics() {
        let policy = TopicPolicy.signedIn(
            rules: [
                .init(topics: ["subscription/news"]),
                .init(claim: "role", value: "sales", topics: ["subscription/sales*", "user/BOB"]),
                .init(claim: "role", value: "boss", topics: ["*"]),
                .init(claim: "scope", topics: ["all"]),
                .init(claim: "missing", topics: ["subscription/secret"]),
            ]
        )
        for topic in ["subscription/news", "subscription/sales", "subscription/sales-2", "user/bob", "all"] {
            #expect(policy.allows(topic, to: self.ann), "\(topic)")
        }
        for topic in ["subscription/sale", "subscription/secret", "user/carl", "subscription/news2"] {
            #expect(!policy.allows(topic, to: self.ann), "\(topic)")
        }
        #expect(policy.allows("subscription/news", to: HubUser(id: "bob")))
        #expect(!policy.allows("all", to: HubUser(id: "bob")))
        #expect(policy.allows("user/zoe", to: HubUser(id: "carl", claims: ["role": "boss"])))
    }

    @Test func patternsOfUsersHaveNoCase() {
        let policy = TopicPolicy.signedIn(rules: [.init(topics: ["user/Sales-*"])])
        #expect(policy.allows("user/sales-1", to: self.ann))
    }

    @Test func theAdministratorMayAll() {
        let policy = TopicPolicy.signedIn(isAdministrator: { $0.claims["role"] == "sales" })
        #expect(policy.allows("user/bob", to: self.ann))
        #expect(!policy.allows("user/bob", to: HubUser(id: "carl")))
    }

    @Test(arguments: ["*", "b*", "user/*"])
    func anIDIsNoPattern(id: String) {
        let policy = TopicPolicy.signedIn()
        #expect(!policy.allows("user/bob", to: HubUser(id: id)))
        #expect(!policy.allows("all", to: HubUser(id: id)))
        #expect(policy.patterns(for: HubUser(id: id)).isEmpty)
    }
}

@Suite struct TopicsTests {
    @Test func oneFormOfEach() {
        #expect(Topics.user("Ann@Example.com") == "user/ann@example.com")
        #expect(Topics.canonical("user/ANN") == "user/ann")
        #expect(Topics.canonical("subscription/Sales") == "subscription/Sales")
    }

    @Test func whatMayBeOne() {
        #expect(Topics.isValid("subscription/Ärger mit Leerzeichen"))
        for text in ["", "a\nb", "a\u{0}", "a\u{7F}", "\u{1E}", String(repeating: "x", count: 257)] {
            #expect(!Topics.isValid(text))
        }
        #expect(Topics.isValid(String(repeating: "x", count: 256)))
    }

    @Test func whatClientsSend() throws {
        let configuration = TopicHubConfiguration(maximumTopics: 3, maximumTopicLength: 10)
        #expect(try Topics.checked(["user/A", "all", "user/a"], configuration: configuration) == ["user/a", "all"])
        #expect(try Topics.checked([], configuration: configuration) == [])
        for topics in [["a", "b", "c", "d"], ["12345678901"], [""], ["a\nb"]] {
            let error = #expect(throws: RelayError.self) { try Topics.checked(topics, configuration: configuration) }
            #expect(error?.code == .invalidRequest)
        }
    }
}
