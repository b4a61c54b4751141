mod publish_connector;
